import { describe, expect, it } from 'vitest'
import { within } from '../../src/node/within.ts'

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** As a process that is stopped: nothing runs. */
function stop(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

async function took(action: () => Promise<boolean>): Promise<{ inTime: boolean; ms: number }> {
  const began = performance.now()
  const inTime = await action()
  return { inTime, ms: performance.now() - began }
}

describe('a deadline', () => {
  it('is met by what is done before, and what never is misses it', async () => {
    expect(await within(5000, after(10))).toBe(true)
    const { inTime, ms } = await took(() => within(100, new Promise(() => {})))
    expect(inTime).toBe(false)
    expect(ms).toBeGreaterThanOrEqual(99)
  })

  it('is met by what is found done when a late timer looks', async () => {
    const done = new Promise<void>((resolve) => setImmediate(resolve))
    stop(1)
    expect(await within(0, done)).toBe(true)
  })

  it('comes later by the time in which nothing ran, but no later than twice the time', async () => {
    const [short, long] = [within(200, after(450)), within(200, new Promise(() => {}))]
    const judged = took(() => long)
    stop(350)
    expect(await short).toBe(true)
    const { inTime, ms } = await judged
    expect(inTime).toBe(false)
    // It came 150 ms late, so it waits for so long.
    expect(ms).toBeGreaterThanOrEqual(490)
  })

  it('is not put off again and again', async () => {
    const busy = setInterval(() => stop(150), 1)
    const { inTime, ms } = await took(() => within(100, new Promise(() => {})))
    clearInterval(busy)
    expect(inTime).toBe(false)
    expect(ms).toBeLessThan(5000)
  })

  it('leaves no timer behind', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    await within(60_000, after(1))
    expect(timers()).toBeLessThanOrEqual(before)
  })
})
