import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { closeSpread } from '../src/close-spread.ts'
import type { AnyWebSocket } from '../src/types.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** So many WebSockets, and at which ms each was closed. */
function open(count: number): { left: AnyWebSocket[]; closedAt: number[]; codes: Set<unknown> } {
  const began = performance.now()
  const closedAt: number[] = []
  const codes = new Set<unknown>()
  const left: AnyWebSocket[] = Array.from({ length: count }, () => {
    const one = {
      close(code: number) {
        closedAt.push(Math.round(performance.now() - began))
        codes.add(code)
        left.splice(left.indexOf(one), 1)
      },
    } as unknown as AnyWebSocket
    return one
  })
  return { left, closedAt, codes }
}

describe('closes are spread', () => {
  it('evenly over 80 % of the time', () => {
    const { left, closedAt, codes } = open(1000)
    closeSpread(() => [...left], 10_000)
    vi.advanceTimersByTime(10_000)
    expect([closedAt.length, closedAt.at(-1), ...codes]).toEqual([1000, 8000, 1012])
    const lots = new Map<number, number>()
    for (const at of closedAt) lots.set(at, (lots.get(at) ?? 0) + 1)
    expect([lots.size, Math.max(...lots.values())]).toEqual([80, 13])
  })

  it('one every 100 ms where there are few', () => {
    const { left, closedAt } = open(3)
    closeSpread(() => [...left], 20_000)
    vi.advanceTimersByTime(1000)
    expect(closedAt).toEqual([100, 200, 300])
  })

  it('over a short time as well', () => {
    const { left, closedAt } = open(8)
    closeSpread(() => [...left], 100)
    vi.advanceTimersByTime(100)
    expect(closedAt).toEqual([10, 20, 30, 40, 50, 60, 70, 80])
  })

  it('at once where there is no time', () => {
    const { left, closedAt } = open(5)
    closeSpread(() => [...left], 0)
    vi.advanceTimersByTime(1)
    expect(closedAt.length).toBe(5)
  })

  it('until that is stopped', () => {
    const { left, closedAt } = open(5)
    const stop = closeSpread(() => [...left], 1000)
    vi.advanceTimersByTime(200)
    stop()
    vi.advanceTimersByTime(1000)
    expect(closedAt.length).toBe(2)
  })
})
