import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Window } from '../../../src/handover/send/window.ts'

// How long something takes is what the window goes by, and nothing that a test may leave to a busy machine.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** @param taking how long each batch takes; and for how much of that the successor serves each connection. ms */
async function afterwards(window: Window, taking: readonly number[], each = 0): Promise<number[]> {
  const sizes: number[] = []
  for (const ms of taking) {
    const { size } = window
    const passing = wait(0).then(() => {
      vi.advanceTimersByTime(ms + size * each)
      return { serving: size * each }
    })
    expect(await window.measure(size, passing)).toEqual({ serving: size * each })
    sizes.push(window.size)
  }
  return sizes
}

it('one connection is frozen at a time, more for as long as the successor is quick, and fewer when it is not', async () => {
  const window = new Window()
  expect(window.size).toBe(1)
  expect(await afterwards(window, [0, 5, 1, 5])).toEqual([2, 4, 8, 8])
  expect(await afterwards(window, [6, 30, 17, 1000])).toEqual([4, 2, 1, 1])
})

it('a successor that is as slow as ever, as all are on a busy machine, is quick; one that gets slower is not', async () => {
  const window = new Window()
  expect(await afterwards(window, [200, 300, 100, 390])).toEqual([1, 2, 4, 8])
  expect(await afterwards(window, [500, 540])).toEqual([4, 8])
  expect(await afterwards(window, [5000, 3000])).toEqual([4, 2])
})

it('none waits much longer for the others than for itself, however quick the successor is', async () => {
  const window = new Window()
  // Each takes 0.25 ms to serve, and there is 1 ms that a connection has to wait in any case.
  expect(await afterwards(window, [1, 1, 1, 1, 1, 1, 1, 1], 0.25)).toEqual([2, 4, 8, 7, 6, 7, 6, 7])
})

it('a short wait for others is no reason, though a connection waits for nothing else', async () => {
  expect(await afterwards(new Window(), [0, 0, 0, 0, 0], 0.1)).toEqual([2, 4, 8, 8, 8])
})

it('what a single connection takes is no reason to be quicker', async () => {
  expect(await afterwards(new Window(), [0], 4)).toEqual([2])
})
