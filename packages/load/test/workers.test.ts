import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startLoad } from '../src/index.ts'
import type { Stats, Target, Worker } from '../src/index.ts'
import { answer, badServer, goodServer, respond } from './servers.ts'

async function outcome(target: Target, ...workers: Worker[]): Promise<Stats> {
  const load = startLoad({ target, workers, maxDuration: 20_000 })
  await load.done
  return load.stop()
}

describe('the workers, against a server that does everything right', () => {
  it.each<[Worker, { requests: number; connections: number }]>([
    [
      { kind: 'keepAlive', connections: 3, requests: 10 },
      { requests: 30, connections: 3 },
    ],
    [
      { kind: 'fresh', connections: 3, requests: 10 },
      { requests: 30, connections: 30 },
    ],
    [
      { kind: 'fresh', connections: 3, requests: 10, size: 16_256 },
      { requests: 30, connections: 30 },
    ],
    [
      { kind: 'fresh', connections: 2, requests: 3, silence: [1, 10] },
      { requests: 6, connections: 6 },
    ],
    [
      { kind: 'post', connections: 3, requests: 10, size: 100_000 },
      { requests: 30, connections: 3 },
    ],
    [
      { kind: 'post', requests: 2, size: 300_000, chunks: 5, chunkDelay: [1, 10] },
      { requests: 2, connections: 1 },
    ],
    [
      { kind: 'post', requests: 2, size: 1000, chunks: 3, chunkDelay: 5, chunked: true },
      { requests: 2, connections: 1 },
    ],
    [
      { kind: 'post', requests: 2, size: 0 },
      { requests: 2, connections: 1 },
    ],
    [
      { kind: 'slow', connections: 2, requests: 3, ms: 30 },
      { requests: 6, connections: 2 },
    ],
    [
      { kind: 'pipelined', connections: 3, requests: 10, depth: 5 },
      { requests: 150, connections: 3 },
    ],
    [
      { kind: 'pipelined', requests: 3, paths: ['/slow?ms=20', '/'] },
      { requests: 6, connections: 1 },
    ],
  ])('%o', async (worker, wanted) => {
    const seen = await goodServer()
    const stats = await outcome(seen.target, worker)
    expect(stats).toMatchObject({
      requests: wanted.requests,
      ok: wanted.requests,
      failed: 0,
      failures: {},
      reopened: 0,
    })
    expect(stats.connectionsOpened).toBe(wanted.connections)
    // The server's own counts are the same: nothing was retried, nothing was opened unseen.
    expect(seen).toMatchObject(wanted)
    expect(stats.closedByServer).toEqual({ announced: 0, unannounced: 0 })
  })

  it('write a pipeline at once', async () => {
    const pieces: string[] = []
    const { target } = await badServer(
      (socket) => socket.write(answer('ok')),
      (socket) => socket.on('data', (piece: Buffer) => pieces.push(piece.toString())),
    )
    const stats = await outcome(target, { kind: 'pipelined', paths: ['/'], depth: 4, requests: 1 })
    expect(stats.ok).toBe(4)
    expect(pieces.map((piece) => piece.match(/^GET /gm)?.length)).toEqual([4])
  })

  it('are counted by name, and all together', async () => {
    const { target } = await goodServer()
    const stats = await outcome(
      target,
      { kind: 'keepAlive', requests: 4 },
      { kind: 'post', name: 'uploads', requests: 3, size: 10 },
    )
    expect(stats).toMatchObject({ requests: 7, ok: 7 })
    expect(stats.workers).toMatchObject({
      keepAlive: { requests: 4, ok: 4, connectionsOpened: 1 },
      uploads: { requests: 3, ok: 3, connectionsOpened: 1 },
    })
  })

  it('tell the generations apart by header and by JSON body', async () => {
    let calls = 0
    const { target } = await goodServer((request, response) => {
      calls += 1
      if (calls <= 2) response.setHeader('x-generation', 6)
      respond(request, response)
    })
    expect((await outcome(target, { kind: 'keepAlive', requests: 5 })).generations).toEqual({ 6: 2, 7: 3 })
  })

  it('speak to a unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zerodown-load-'))
    const server = createServer(respond)
    onTestFinished(async () => {
      server.close()
      await rm(folder, { recursive: true, force: true })
    })
    const socketPath = join(folder, 'server.sock')
    await new Promise<void>((resolve) => server.listen(socketPath, resolve))
    expect(await outcome({ socketPath }, { kind: 'fresh', requests: 5 })).toMatchObject({ ok: 5, failed: 0 })
    expect(await outcome({ socketPath }, { kind: 'post', size: 99, requests: 5 })).toMatchObject({ ok: 5, failed: 0 })
  })

  it('measure what the server took, not what they asked for', async () => {
    const { target } = await goodServer()
    const slow = await outcome(target, { kind: 'slow', ms: 300, requests: 1 })
    expect(slow.latency.max).toBeLessThan(200)
    const upload = await outcome(target, { kind: 'post', size: 100, chunks: 4, chunkDelay: 100, requests: 1 })
    expect(upload.latency.max).toBeLessThan(200)
    const waiting = await outcome(target, { kind: 'keepAlive', path: '/slow?ms=300', requests: 1 })
    expect(waiting.latency.max).toBeGreaterThanOrEqual(299)
    expect(waiting.latency.p50).toBeCloseTo(waiting.latency.max, -1)
  })

  it('report the worst latency of a window', async () => {
    const { target } = await goodServer()
    const load = startLoad({ target, workers: [{ kind: 'pipelined', paths: ['/slow?ms=100'], requests: 1 }] })
    await load.done
    expect(load.takeMax()).toBeGreaterThanOrEqual(99)
    expect(load.takeMax()).toBe(0)
  })
})
