import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startLoad } from '../src/index.ts'
import type { Stats, Target, Worker } from '../src/index.ts'
import { answer, badServer, goodServer, respond } from './servers.ts'

async function outcome(target: Target, worker: Worker): Promise<Stats> {
  const load = startLoad({ target, workers: [worker], requestTimeout: 5_000, maxDuration: 20_000 })
  await load.done
  return load.stop()
}

describe('a server that closes connections', () => {
  it('says so beforehand: the next request goes over a new one, and both are counted', async () => {
    const seen = await goodServer((request, response) => {
      response.setHeader('connection', 'close')
      respond(request, response)
    })
    const stats = await outcome(seen.target, { kind: 'keepAlive', requests: 5 })
    expect(stats).toMatchObject({ ok: 5, failed: 0, connectionsOpened: 5, reopened: 4 })
    expect(stats.closedByServer).toEqual({ announced: 5, unannounced: 0 })
    expect(seen).toMatchObject({ connections: 5, requests: 5 })
  })

  it.each([
    ['closes', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('says nothing, but %s while nothing is under way', async (_, end) => {
    let latest: Socket | undefined
    const seen = await badServer((socket) => {
      latest = socket
      socket.write(answer('ok'))
    })
    const load = startLoad({ target: seen.target, workers: [{ kind: 'keepAlive', requests: 3, thinkTime: 200 }] })
    // Not before the answer was read: a reset takes away what was not.
    load.on('answer', () => latest && end(latest))
    await load.done
    const stats = await load.stop()
    expect(stats).toMatchObject({ ok: 3, failed: 0, connectionsOpened: 3, reopened: 2 })
    expect(stats.closedByServer.announced).toBe(0)
    expect(stats.closedByServer.unannounced).toBeGreaterThanOrEqual(2)
  })

  it('closes when the next request is already under way: a lost request, although it never answered a byte of it', async () => {
    const seen = await badServer((socket, request) => {
      if (request % 2 === 1) socket.write(answer('ok'))
      else socket.end()
    })
    const stats = await outcome(seen.target, { kind: 'keepAlive', requests: 6 })
    expect(stats).toMatchObject({ requests: 6, ok: 3, failed: 3, failures: { 'closed early': 3 }, reopened: 0 })
    // Each request reached the server once: what was lost was not sent again behind our back.
    expect(seen.requests).toBe(6)
    expect(seen.connections).toBe(stats.connectionsOpened)
  })

  it('closes at the very moment of the next request: whichever way the race goes, every request is accounted for', async () => {
    let answered = 0
    const seen = await badServer((socket) => {
      if (socket.writableEnded) return
      answered += 1
      socket.end(answer('ok'))
    })
    const stats = await outcome(seen.target, { kind: 'keepAlive', connections: 10, requests: 50 })
    expect(stats.requests).toBe(500)
    expect(stats.ok).toBe(answered)
    expect(stats.failed, 'without a pause, some of them must lose the race').toBeGreaterThan(0)
    expect(stats.ok + stats.failed).toBe(500)
    expect(seen.requests, 'a request that was sent twice').toBeLessThanOrEqual(500)
    expect(seen.connections).toBe(stats.connectionsOpened)
  })

  it('loses keep-alive requests in the known way: node:http that closes its idle connections', async () => {
    const seen = await goodServer()
    const load = startLoad({
      target: seen.target,
      workers: [{ kind: 'keepAlive', connections: 20 }],
      maxDuration: 20_000,
    })
    for (let i = 0; i < 20; i++) {
      const { ok } = load.stats()
      await load.waitFor((counts) => counts.ok > ok + 50)
      seen.server.closeIdleConnections()
    }
    const stats = await load.stop()
    expect(stats.failed).toBeGreaterThan(0)
    expect(stats.failed).toBe((stats.failures['closed early'] ?? 0) + (stats.failures.reset ?? 0))
  })

  it('closes a new connection on which nothing was said yet', async () => {
    let connections = 0
    const seen = await badServer(
      (socket) => socket.end(answer('ok')),
      (socket) => {
        connections += 1
        if (connections === 1) socket.end()
      },
    )
    const stats = await outcome(seen.target, { kind: 'fresh', requests: 2, silence: 50 })
    expect(stats).toMatchObject({ ok: 2, failed: 0, connectionsOpened: 3, reopened: 1 })
    expect(stats.closedByServer).toEqual({ announced: 0, unannounced: 1 })
  })
})
