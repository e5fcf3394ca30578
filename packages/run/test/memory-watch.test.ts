import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MemoryWatch } from '../src/memory-watch.ts'
import type { Slot } from '../src/slot.ts'

const LIMIT = 100

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Slots of these sizes, and the numbers of those that were restarted. */
function watched(sizes: (number | undefined)[], restart: (slot: Slot) => Promise<boolean> = async () => true) {
  const restarted: [slot: number, size: number][] = []
  const slots = sizes.map((_, at) => ({ number: at + 1, memory: async () => sizes[at] }) as Slot)
  const watch = new MemoryWatch(slots, LIMIT, (slot, size) => {
    restarted.push([slot.number, size])
    return restart(slot)
  })
  return { watch, restarted, sizes }
}

describe('the memory of slots', () => {
  it('is looked at now and then, and those over the limit are restarted', async () => {
    const { watch, restarted, sizes } = watched([100, 101, undefined, 500])
    expect(restarted).toEqual([])
    await vi.advanceTimersByTimeAsync(5000)
    expect(restarted).toEqual([
      [2, 101],
      [4, 500],
    ])
    sizes.fill(1)
    await vi.advanceTimersByTimeAsync(5000)
    expect(restarted).toHaveLength(2)
    watch.stop()
  })

  it('has one restarted at a time', async () => {
    const ends: (() => void)[] = []
    const { watch, restarted } = watched([101, 101], () => new Promise((resolve) => ends.push(() => resolve(true))))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(restarted).toEqual([[1, 101]])
    ends[0]?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(restarted).toHaveLength(2)
    watch.stop()
  })

  it('is left alone for a minute where a restart has failed', async () => {
    const { watch, restarted } = watched([101], async () => false)
    await vi.advanceTimersByTimeAsync(64_999)
    expect(restarted).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(restarted).toHaveLength(2)
    watch.stop()
  })

  it('is not looked at any more at the end', async () => {
    const { watch, restarted } = watched([101])
    watch.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(restarted).toEqual([])
  })
})
