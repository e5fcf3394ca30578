import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startLoad } from '../src/index.ts'
import type { FailureReason, Stats, Target, Worker } from '../src/index.ts'
import { answer, badServer, deserted, goodServer, respond } from './servers.ts'

const once: Worker = { kind: 'keepAlive', requests: 1 }
const twice: Worker = { kind: 'keepAlive', requests: 2 }

async function outcome(target: Target, worker: Worker, requestTimeout = 5_000): Promise<Stats> {
  const load = startLoad({ target, workers: [worker], requestTimeout, maxDuration: 20_000 })
  await load.done
  const stats = await load.stop()
  expect(stats.inFlight).toBe(0)
  expect(stats.connectionsOpen).toBe(0)
  expect(stats.ok + stats.failed).toBe(stats.requests)
  return stats
}

const counted = ({ ok, failed, failures }: Stats): unknown => ({ ok, failed, failures })
const failed = (reason: FailureReason, ok = 0): unknown => ({ ok, failed: 1, failures: { [reason]: 1 } })

describe('a judge that can fail: each bad server is found out', () => {
  it('refuses, since nobody listens', async () => {
    const stats = await outcome(await deserted(), once)
    expect(counted(stats)).toEqual(failed('refused'))
    expect(stats.firstFailures).toMatchObject([
      { reason: 'refused', phase: 'connecting', message: expect.stringContaining('ECONNREFUSED') as string },
    ])
    expect(stats.connectionsOpened).toBe(0)
  })

  it('has no unix path', async () => {
    expect(counted(await outcome({ socketPath: join(tmpdir(), 'nobody-listens-here.sock') }, once))).toEqual(
      failed('refused'),
    )
  })

  it('accepts and resets', async () => {
    const { target } = await badServer(
      () => {},
      (socket) => socket.resetAndDestroy(),
    )
    expect(counted(await outcome(target, once))).toEqual(failed('reset'))
  })

  it('accepts and closes', async () => {
    const { target } = await badServer(
      () => {},
      (socket) => socket.end(),
    )
    // What comes back to a request that meets a closed socket is a FIN, or the RST it provokes.
    const { ok, failed: lost, failures } = await outcome(target, once)
    expect([ok, lost]).toEqual([0, 1])
    expect(['closed early', 'reset']).toContain(Object.keys(failures)[0])
  })

  it('resets when the request has come', async () => {
    const { target } = await badServer((socket) => socket.resetAndDestroy())
    const stats = await outcome(target, once)
    expect(counted(stats)).toEqual(failed('reset'))
    expect(stats.firstFailures[0]?.phase).toBe('waiting')
  })

  it('closes when the request has come', async () => {
    const { target } = await badServer((socket) => socket.end())
    expect(counted(await outcome(target, once))).toEqual(failed('closed early'))
  })

  it('resets in the middle of the answer', async () => {
    const { target } = await badServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      )
    })
    const stats = await outcome(target, once)
    expect(counted(stats)).toEqual(failed('reset'))
    expect(stats.firstFailures[0]?.phase).toBe('answering')
  })

  it.each([
    ['in the head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['in a body with a length', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'],
    ['between two chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n'],
    ['before the last line of a chunked body', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n'],
  ])('closes %s', async (_, part) => {
    const { target } = await badServer((socket) => socket.end(part))
    const stats = await outcome(target, once)
    expect(counted(stats)).toEqual(failed('closed early'))
    expect(stats.firstFailures[0]?.phase).toBe('answering')
  })

  it('never answers', async () => {
    const { target } = await badServer(() => {})
    expect(counted(await outcome(target, once, 50))).toEqual(failed('timeout'))
  })

  it('never ends its answer', async () => {
    const { target } = await badServer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'))
    const stats = await outcome(target, once, 50)
    expect(counted(stats)).toEqual(failed('timeout'))
    expect(stats.firstFailures[0]?.phase).toBe('answering')
  })

  it('answers 503', async () => {
    const { target } = await goodServer((_, response) => response.writeHead(503).end('draining'))
    const stats = await outcome(target, once)
    expect(counted(stats)).toEqual(failed('status'))
    expect(stats.firstFailures[0]?.message).toContain('503: "draining"')
  })

  it('answers what is not HTTP', async () => {
    const { target } = await badServer((socket) => socket.write('hello\r\n'))
    expect(counted(await outcome(target, once))).toEqual(failed('malformed'))
  })

  it.each([
    ['shortens', (body: Buffer) => body.subarray(1)],
    ['lengthens', (body: Buffer) => Buffer.concat([body, body])],
    ['flips one bit of', (body: Buffer) => Buffer.from(body.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)))],
    ['mixes up', (body: Buffer) => Buffer.concat([body.subarray(4000), body.subarray(0, 4000)])],
  ])('%s the body it echoes', async (_, spoil) => {
    const { target } = await goodServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part)).on('end', () => response.end(spoil(Buffer.concat(parts))))
    })
    expect(counted(await outcome(target, { kind: 'post', size: 8000, requests: 1 }))).toEqual(failed('wrong body'))
    expect(counted(await outcome(target, { kind: 'fresh', size: 8000, requests: 1 }))).toEqual(failed('wrong body'))
  })

  it('gives the answer of another request', async () => {
    const { target } = await goodServer((_, response) => response.setHeader('x-request-id', 'another').end('{}'))
    expect(counted(await outcome(target, once))).toEqual(failed('wrong body'))
  })

  it('gives an answer that a check of the caller refuses, or trips over', async () => {
    const { target } = await goodServer()
    const refuse = await outcome(target, { ...once, check: () => 'not what I wanted' })
    expect(counted(refuse)).toEqual(failed('wrong body'))
    expect(refuse.firstFailures[0]?.message).toBe('not what I wanted')
    const trip = (): undefined => {
      throw new Error('tripped')
    }
    expect((await outcome(target, { ...once, check: trip })).firstFailures[0]?.message).toBe('tripped')
  })

  it('swaps the answers of a pipeline', async () => {
    const { target } = await badServer((socket, request) => {
      if (request === 2) socket.write(['2', '1'].map((name) => answer('ok', `x-request-id: ${name}\r\n`)).join(''))
    })
    const stats = await outcome(target, { kind: 'pipelined', paths: ['/'], depth: 2, requests: 1 })
    expect(counted(stats)).toEqual({ ok: 0, failed: 2, failures: { 'wrong body': 2 } })
  })

  it('swaps the bodies of a pipeline, and does not name the requests', async () => {
    const held: { body: Buffer; response: ServerResponse }[] = []
    const { target } = await goodServer(async (request, response) => {
      held.push({ body: Buffer.concat(await request.toArray()), response })
      if (held.length < 2) return
      const [first, second] = held
      first?.response.end(second?.body)
      second?.response.end(first?.body)
    })
    const stats = await outcome(target, { kind: 'pipelined', depth: 2, requests: 1 })
    expect(counted(stats)).toEqual({ ok: 0, failed: 2, failures: { 'wrong body': 2 } })
  })

  it('closes in the middle of a pipeline', async () => {
    const { target } = await badServer((socket, request) => {
      if (request <= 2) socket.write(answer('ok'))
      if (request === 4) socket.end()
    })
    const stats = await outcome(target, { kind: 'pipelined', paths: ['/'], depth: 4, requests: 1 })
    expect(counted(stats)).toEqual({ ok: 2, failed: 2, failures: { 'closed early': 2 } })
  })

  it('says Connection: close in the middle of a pipeline', async () => {
    const { target } = await badServer((socket, request) => {
      if (request === 2) socket.write(answer('ok') + answer('ok', 'connection: close\r\n') + answer('ok'))
    })
    const stats = await outcome(target, { kind: 'pipelined', paths: ['/'], depth: 3, requests: 1 })
    expect(counted(stats)).toEqual({ ok: 2, failed: 1, failures: { 'closed early': 1 } })
    expect(stats.closedByServer).toEqual({ announced: 1, unannounced: 0 })
  })

  it('answers twice: the answer that nobody asked for is a failure of its own', async () => {
    const { target } = await badServer((socket) => socket.write(answer('ok') + answer('ok')))
    const stats = await outcome(target, once)
    expect(counted(stats)).toEqual(failed('stray answer', 1))
    expect(stats.requests).toBe(2)
  })

  it('begins to answer before it is asked', async () => {
    const { target } = await badServer((socket, request) => {
      socket.write(answer('ok'))
      if (request === 1) setTimeout(() => socket.write('HTTP/1.1 408'), 20)
    })
    const stats = await outcome(target, { ...twice, thinkTime: 200 })
    expect(counted(stats)).toEqual(failed('stray answer', 2))
  })

  it('answers before the upload is complete', async () => {
    const { target } = await badServer((socket) => socket.write(answer('ok')))
    const stats = await outcome(target, { kind: 'post', size: 100, chunks: 2, chunkDelay: 1000, requests: 1 })
    expect(counted(stats)).toEqual(failed('wrong body'))
    expect(stats.firstFailures[0]?.phase).toBe('sending')
  })

  it('closes in the middle of an upload', async () => {
    const { target } = await badServer((socket) => socket.end())
    const stats = await outcome(target, { kind: 'post', size: 100, chunks: 3, chunkDelay: 1000, requests: 1 })
    expect(counted(stats)).toEqual(failed('closed early'))
    expect(stats.firstFailures[0]?.phase).toBe('sending')
  })

  it('keeps the details of the first ten failures, and the count of all', async () => {
    const { target } = await goodServer((_, response) => response.writeHead(500).end())
    const stats = await outcome(target, { kind: 'keepAlive', requests: 12 })
    expect(stats.failures).toEqual({ status: 12 })
    expect(stats.firstFailures).toHaveLength(10)
    expect(stats.firstFailures[0]).toMatchObject({ worker: 'keepAlive', requestId: expect.any(String) as string })
  })

  it('gets better: a failure is no end, and nothing is made up for it', async () => {
    let calls = 0
    const seen = await goodServer((request, response) => {
      calls += 1
      if (calls === 2) response.destroy()
      else respond(request, response)
    })
    const stats = await outcome(seen.target, { kind: 'keepAlive', requests: 5 })
    expect(counted(stats)).toEqual(failed('closed early', 4))
    expect(seen.requests).toBe(5)
    expect(stats).toMatchObject({ connectionsOpened: 2, reopened: 0 })
  })
})
