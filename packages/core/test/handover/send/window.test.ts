import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Window } from '../../../src/handover/send/window.ts'

// How long something takes is what the window goes by, and nothing that a test may leave to a busy machine.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

async function afterwards(window: Window, taking: readonly number[]): Promise<number[]> {
  const sizes: number[] = []
  for (const ms of taking) {
    const passing = wait(0).then(() => {
      vi.advanceTimersByTime(ms)
      return 'fates'
    })
    expect(await window.measure(passing)).toBe('fates')
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

it('no more than a kind says are frozen at a time', async () => {
  expect(await afterwards(new Window(4), [0, 0, 0, 0])).toEqual([2, 4, 4, 4])
})

it('a successor that is as slow as ever, as all are on a busy machine, is quick; one that gets slower is not', async () => {
  const window = new Window()
  expect(await afterwards(window, [200, 300, 100, 390])).toEqual([1, 2, 4, 8])
  expect(await afterwards(window, [500, 540])).toEqual([4, 8])
  expect(await afterwards(window, [5000, 3000])).toEqual([4, 2])
})
