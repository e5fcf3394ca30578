import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Window } from '../../../src/handover/send/window.ts'

// How long something takes is what the window goes by, and nothing that a test may leave to a busy machine.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** The sizes of the window after batches of half of it, as they are passed on, took so long. ms */
async function afterwards(window: Window, taking: readonly number[]): Promise<number[]> {
  const sizes: number[] = []
  for (const ms of taking) sizes.push(await afterOne(window, ms))
  return sizes
}

async function afterOne(window: Window, ms: number): Promise<number> {
  const passing = wait(0).then(() => {
    vi.advanceTimersByTime(ms)
    return 'fates'
  })
  expect(await window.measure(batchOf(window), passing)).toBe('fates')
  return window.size
}

const batchOf = ({ size }: Window): number => Math.ceil(size / 2)

it('one connection is frozen at a time, more for as long as the successor is quick, and fewer when it is not', async () => {
  const window = new Window()
  expect(window.size).toBe(1)
  expect(await afterwards(window, [0, 5, 1, 5, 0, 5])).toEqual([2, 4, 8, 16, 32, 32])
  expect(await afterwards(window, [12, 30, 14, 17, 1000, 1100])).toEqual([16, 8, 4, 2, 1, 1])
})

it('a successor that takes many as quickly as one is quick, however long that is on a busy machine', async () => {
  const window = new Window()
  expect(await afterwards(window, [200, 300, 100, 340, 250])).toEqual([1, 2, 4, 8, 16])
  expect(await afterwards(window, [360, 340])).toEqual([8, 16])
  expect(await afterwards(window, [5000, 3000])).toEqual([8, 4])
})

it('few are frozen at a time where each takes its time', async () => {
  const window = new Window()
  const sizes: number[] = []
  for (let batch = 0; batch < 50; batch += 1) sizes.push(await afterOne(window, 4 * batchOf(window)))
  expect(sizes.slice(10).every((size) => size === 4 || size === 8)).toBe(true)
})
