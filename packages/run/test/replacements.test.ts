import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Replacements } from '../src/replacements.ts'
import type { Slot } from '../src/slot.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A slot that counts how often it is started. */
function crashing() {
  const start = vi.fn<() => void>()
  const slot = { number: 1, start } as unknown as Slot
  const logger = { info() {}, warn() {}, error() {} }
  const replacements = new Replacements([slot], undefined, logger, () => {})
  return { start, slot, replacements }
}

describe('a crashed process', () => {
  it('is replaced after its delay', () => {
    const { start, slot, replacements } = crashing()
    replacements.crashed(slot, 'slot 1', 0)
    vi.advanceTimersByTime(99)
    expect(start).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(start).toHaveBeenCalledOnce()
  })

  it('that waits for its replacement at a stop keeps nothing waiting', () => {
    const { start, slot, replacements } = crashing()
    replacements.crashed(slot, 'slot 1', 0)
    replacements.stop()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(10_000)
    expect(start).not.toHaveBeenCalled()
  })
})
