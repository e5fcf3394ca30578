import { describe, expect, it } from 'vitest'
import { startLoad } from '../src/index.ts'
import { badServer, deserted, goodServer } from './servers.ts'

describe('the end of a load', () => {
  it('waits for the answers still out', async () => {
    const seen = await goodServer()
    const load = startLoad({ target: seen.target, workers: [{ kind: 'slow', ms: 200, connections: 5 }] })
    await load.waitFor((counts) => counts.connectionsOpen === 5 || counts.ok > 0)
    const stats = await load.stop()
    expect(stats).toMatchObject({ failed: 0, inFlight: 0, connectionsOpen: 0 })
    expect(stats.ok).toBeGreaterThanOrEqual(5)
    expect(stats.ok).toBe(seen.requests)
  })

  it('wakes those that think', async () => {
    const { target } = await goodServer()
    const load = startLoad({ target, workers: [{ kind: 'keepAlive', thinkTime: 3_600_000 }] })
    await load.waitFor((counts) => counts.ok === 1)
    expect(await load.stop()).toMatchObject({ requests: 1, ok: 1 })
  })

  it('is bounded: what is not answered by then has failed', async () => {
    const { target } = await badServer(() => {})
    const load = startLoad({ target, workers: [{ kind: 'keepAlive', connections: 3 }], requestTimeout: 3_600_000 })
    const stats = await load.stop(50)
    expect(stats).toMatchObject({ requests: 3, failed: 3, failures: { timeout: 3 }, inFlight: 0, connectionsOpen: 0 })
  })

  it('comes by itself, if nobody stops it', async () => {
    const { target } = await badServer(() => {})
    const load = startLoad({ target, workers: [{ kind: 'keepAlive' }], requestTimeout: 3_600_000, maxDuration: 50 })
    await load.done
    expect(load.stats()).toMatchObject({ failed: 1, failures: { timeout: 1 } })
  })

  it('can be asked for twice', async () => {
    const { target } = await goodServer()
    const load = startLoad({ target, workers: [{ kind: 'keepAlive' }] })
    const [first, second] = await Promise.all([load.stop(), load.stop()])
    expect(first.requests).toBe(second.requests)
  })
})

describe('waiting for the counts', () => {
  it('tells of each answer and each failure', async () => {
    const { target } = await goodServer()
    const load = startLoad({ target, workers: [{ kind: 'keepAlive', requests: 3 }] })
    const generations: unknown[] = []
    load.on('answer', ({ generation }) => generations.push(generation))
    await load.done
    expect(generations).toEqual(['7', '7', '7'])

    const lost = startLoad({ target: await deserted(), workers: [{ kind: 'keepAlive', requests: 2 }] })
    const reasons: unknown[] = []
    lost.on('failure', ({ reason }) => reasons.push(reason))
    await lost.done
    expect(reasons).toEqual(['refused', 'refused'])
  })

  it('gives up with the counts in its message', async () => {
    const { target } = await goodServer()
    const load = startLoad({ target, workers: [{ kind: 'keepAlive', requests: 1 }] })
    await expect(load.waitFor((counts) => counts.generations['8'] === 1, 50)).rejects.toThrow(/not as wanted.*'7': 1/s)
    await load.stop()
  })

  it('does not turn a dead server into a busy loop', async () => {
    const load = startLoad({ target: await deserted(), workers: [{ kind: 'keepAlive' }] })
    await load.waitFor((counts) => counts.failed >= 5)
    const { elapsed } = load.stats()
    expect(elapsed).toBeGreaterThanOrEqual(4 * 9)
    await load.stop()
  })
})
