import { once } from 'node:events'
import { get } from 'node:https'
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  Http2Server,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2'
import { connect, constants, createSecureServer, createServer } from 'node:http2'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { onTestFinished, describe, expect, it } from 'vitest'
import { followSessions, socketOf } from '../../src/connections/http2-sessions.ts'
import type { Outcome } from '../../src/drain/ledger.ts'
import type { Drainable, Drained } from '../support/drains.ts'
import { drainable } from '../support/drains.ts'
import { Client, GET } from '../support/http.ts'
import { HeldWire } from '../support/held-wire.ts'
import { listen, portOf } from '../support/servers.ts'
import { PSK, connectTls } from '../support/tls.ts'

type OnStream = (stream: ServerHttp2Stream, path: string) => void

const reply: OnStream = (stream, path) => {
  stream.respond({ ':status': 200 })
  stream.end(path)
}

async function serve(
  onStream: OnStream = reply,
  server: Http2Server = createServer(),
): Promise<Drainable<Http2Server>> {
  followSessions(server)
  const tracked = drainable(server)
  server.on('stream', (stream, headers) => onStream(stream, String(headers[':path'])))
  server.on('sessionError', () => {})
  await listen(server)
  return tracked
}

/** A client's session, which ends with the test. */
function openSession(port: number): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  onTestFinished(() => session.destroy())
  return session
}

async function openSessionTo({
  server,
}: Drainable<Http2Server>): Promise<{ client: ClientHttp2Session; session: ServerHttp2Session }> {
  const accepted = once(server, 'session') as Promise<[ServerHttp2Session]>
  const client = openSession(portOf(server))
  const [session] = await accepted
  return { client, session }
}

/** One request's answer: its status and body; `refused`, if it may be sent again; or `lost`. */
function request(session: ClientHttp2Session, path: string): Promise<string> {
  const stream = session.request({ ':path': path }).setEncoding('utf8')
  let answer = ''
  let whole = false
  stream.on('response', (headers) => (answer += `${headers[':status']} `))
  stream.on('data', (text: string) => (answer += text))
  stream.on('end', () => (whole = true))
  stream.on('error', () => {})
  const outcome = (): string => {
    if (whole && answer !== '') return answer
    return stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ? 'refused' : 'lost'
  }
  return new Promise((told) => stream.on('close', () => told(outcome())))
}

describe('an HTTP/2 session in a drain', () => {
  it('that is idle is told which stream was the last, and closes', async () => {
    const tracked = await serve()
    const { client } = await openSessionTo(tracked)
    expect(await request(client, '/first')).toBe('200 /first')
    const goaway = once(client, 'goaway')
    const closed = once(client, 'close')
    const { drained, ledger } = tracked.drain()
    expect((await goaway).slice(0, 2)).toEqual([constants.NGHTTP2_NO_ERROR, 1])
    await Promise.all([closed, drained])
    expect(ledger).toMatchObject({ finished: 1, cut: 0 })
  })

  it('that is busy is told the same, and is answered', async () => {
    const streams: ServerHttp2Stream[] = []
    const tracked = await serve((stream) => streams.push(stream))
    const { client } = await openSessionTo(tracked)
    const answer = request(client, '/1')
    await once(tracked.server, 'stream')
    const goaway = once(client, 'goaway')
    const { drained, ledger } = tracked.drain()
    expect((await goaway).slice(0, 2)).toEqual([constants.NGHTTP2_NO_ERROR, 1])
    for (const stream of streams) reply(stream, '/1')
    expect(await answer).toBe('200 /1')
    await drained
    expect(ledger).toMatchObject({ finished: 1, cut: 0 })
  })

  it('has a stream answered that was on its way when the drain began', async () => {
    const tracked = await serve()
    const wire = await HeldWire.to(tracked.server)
    const client = openSession(wire.port)
    expect(await request(client, '/first')).toBe('200 /first')

    // The client does not hear of the drain, and so it asks on.
    wire.hold()
    const { drained, ledger } = tracked.drain()
    await wire.heldSomething()
    const arrived = once(tracked.server, 'stream')
    const racing = request(client, '/racing')
    await arrived
    wire.release()

    expect(await racing).toBe('200 /racing')
    await drained
    expect(ledger).toMatchObject({ finished: 1, cut: 0 })
  })

  it('finishes the streams that it has, however long they take', async () => {
    const streams: ServerHttp2Stream[] = []
    const tracked = await serve((stream) => streams.push(stream))
    const { client } = await openSessionTo(tracked)
    const answers = [request(client, '/1'), request(client, '/2')]
    while (streams.length < 2) await once(tracked.server, 'stream')
    const goaway = once(client, 'goaway')
    const { drained, ledger } = tracked.drain()
    await goaway
    for (const [at, stream] of streams.entries()) reply(stream, `/${at + 1}`)
    expect(await Promise.all(answers)).toEqual(['200 /1', '200 /2'])
    await drained
    expect(ledger).toMatchObject({ finished: 1, cut: 0 })
  })

  it('that opens after it began, on a connection from before, is answered and closed', async () => {
    const tracked = await serve()
    const connected = once(tracked.server, 'connection')
    const wire = await HeldWire.to(tracked.server)
    const client = openSession(wire.port)
    await connected
    const { drained, ledger } = tracked.drain()
    expect(await request(client, '/late')).toBe('200 /late')
    await drained
    expect(ledger).toMatchObject({ finished: 1, cut: 0 })
  })

  it('loses no stream under load: what is not answered is refused, as one that was never processed', async () => {
    const received = new Set<string>()
    const tracked = await serve((stream, path) => {
      received.add(path)
      setImmediate(() => stream.destroyed || reply(stream, path))
    })
    const answered = new Set<string>()
    const refused = new Set<string>()
    let asked = 0
    /** Asks as long as it may. */
    const ask = async (client: ClientHttp2Session): Promise<void> => {
      while (!client.closed && !client.destroyed) {
        const path = `/${(asked += 1)}`
        const outcome = await request(client, path)
        if (outcome === `200 ${path}`) answered.add(path)
        else if (outcome === 'refused') refused.add(path)
      }
    }
    const clients: ClientHttp2Session[] = []
    while (clients.length < 10) clients.push((await openSessionTo(tracked)).client)
    const asking = clients.flatMap((client) => Array.from({ length: 10 }, () => ask(client)))
    while (answered.size < 500) await once(tracked.server, 'stream')
    const { drained, ledger } = tracked.drain()
    await Promise.all(asking)
    await drained
    expect(answered).toEqual(received)
    expect(answered.size + refused.size).toBe(asked)
    expect(ledger).toMatchObject({ finished: 10, cut: 0 })
  })

  it('that is destroyed at that very moment is in nobody’s way', async () => {
    const tracked = await serve()
    const first = await openSessionTo(tracked)
    const second = await openSessionTo(tracked)
    first.session.destroy()
    const { drained } = tracked.drain()
    await drained
    expect(second.session.destroyed).toBe(true)
  })

  it('that is already closing is let finish', async () => {
    const streams: ServerHttp2Stream[] = []
    const tracked = await serve((stream) => streams.push(stream))
    const { client, session } = await openSessionTo(tracked)
    const answer = request(client, '/1')
    await once(tracked.server, 'stream')
    session.close()
    const { drained } = tracked.drain()
    for (const stream of streams) reply(stream, '/1')
    expect(await answer).toBe('200 /1')
    await drained
  })
})

interface Busy {
  client: ClientHttp2Session
  session: ServerHttp2Session
  /** The server's socket, below the session. */
  socket: Socket
  /** Waits for its answer. */
  stream: ServerHttp2Stream
  /** The client's. */
  asked: ClientHttp2Stream
}

/** One whose stream waits for its answer while its server drains. */
async function busyInDrain(
  server: Http2Server = createServer(),
  open: (server: Http2Server) => Promise<ClientHttp2Session> = async () => openSession(portOf(server)),
): Promise<Busy & Drained> {
  const tracked = await serve(() => {}, server)
  const accepted = once(server, 'session') as Promise<[ServerHttp2Session]>
  const arrived = once(server, 'stream') as Promise<[ServerHttp2Stream]>
  const client = await open(server)
  const asked = client.request({ ':path': '/never' }).on('error', () => {})
  const [[session], [stream]] = await Promise.all([accepted, arrived])
  stream.on('error', () => {})
  const [socket] = tracked.connections.open as Set<Socket>
  return { ...tracked.drain(), client, session, socket: socket as Socket, stream, asked }
}

/** What is counted of such a session in the end. @param end ends it */
async function ledgerAfter(
  end: (busy: Busy) => unknown,
  ...of: Parameters<typeof busyInDrain>
): Promise<Drained['ledger']> {
  const busy = await busyInDrain(...of)
  end(busy)
  await busy.drained
  return busy.ledger
}

/** A WINDOW_UPDATE by nothing (RFC 9113, 6.9). */
const NONSENSE = Buffer.from([0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0])

describe('an HTTP/2 session that ends before its streams are answered', () => {
  it.each<[string, (busy: Busy) => unknown]>([
    ['the application destroys it', ({ session }) => session.destroy()],
    ['the application destroys it for a reason of its own', ({ session }) => session.destroy(new Error('no database'))],
    ['the application destroys its socket', ({ socket }) => socket.destroy()],
    [
      'the application destroys it within an answer',
      ({ session, stream }) => {
        stream.respond({ ':status': 200 })
        stream.write('some of it')
        session.destroy()
      },
    ],
    [
      'the application destroys it before its answer is out',
      ({ session, stream }) => {
        reply(stream, '/never')
        session.destroy()
      },
    ],
  ])('is cut where %s', async (_, end) => {
    expect(await ledgerAfter(end)).toMatchObject({ finished: 0, closedIdle: 0, cut: 1 })
  })

  it.each<[string, (busy: Busy) => unknown]>([
    ['leaves', ({ client }) => client.destroy()],
    ['leaves without a word', ({ client }) => socketOf(client)?.destroy()],
    ['resets it', ({ client }) => socketOf(client)?.resetAndDestroy()],
    ['gives it up', ({ client }) => client.goaway(constants.NGHTTP2_PROTOCOL_ERROR)],
    ['gives up its streams', ({ asked }) => asked.close(constants.NGHTTP2_CANCEL)],
    ['says nonsense', ({ client }) => socketOf(client)?.write(NONSENSE)],
  ])('is not cut where its client %s', async (_, end) => {
    expect(await ledgerAfter(end)).toMatchObject({ finished: 1, closedIdle: 0, cut: 0 })
  })

  it.each<[string, (busy: Busy) => unknown]>([
    ['gives up a stream', ({ stream }) => stream.close(constants.NGHTTP2_CANCEL)],
    [
      'destroys it when the answer is out',
      ({ session, stream }) => {
        reply(stream, '/never')
        stream.once('close', () => session.destroy())
      },
    ],
    [
      'destroys its socket when its client has given up its streams',
      ({ asked, socket, stream }) => {
        asked.close(constants.NGHTTP2_CANCEL)
        stream.once('close', () => socket.destroy())
      },
    ],
  ])('is not cut where the application %s', async (_, end) => {
    expect(await ledgerAfter(end)).toMatchObject({ finished: 1, closedIdle: 0, cut: 0 })
  })
})

describe('an HTTP/2 session at the deadline', () => {
  it('is cut with the streams that it has, and counted', async () => {
    const tracked = await serve(() => {})
    const { client } = await openSessionTo(tracked)
    const lost = request(client, '/never')
    await once(tracked.server, 'stream')
    const { drain, drained, ledger } = tracked.drain()
    drain.cut()
    await drained
    expect(await lost).toBe('lost')
    expect(ledger).toMatchObject({ finished: 0, closedIdle: 0, cut: 1 })
  })

  it('with nothing in flight has lost nothing: a client that does not answer is closed idle', async () => {
    const tracked = await serve()
    const wire = await HeldWire.to(tracked.server)
    const client = openSession(wire.port)
    expect(await request(client, '/first')).toBe('200 /first')
    wire.hold()
    const { drain, drained, ledger } = tracked.drain()
    await wire.heldSomething()
    drain.cut()
    await drained
    expect(ledger).toMatchObject({ finished: 0, closedIdle: 1, cut: 0 })
  })
})

describe('an HTTP/2 server over TLS', () => {
  const secure = (options: { allowHTTP1?: boolean } = {}): Http2Server =>
    createSecureServer({ ...PSK, ...options }) as unknown as Http2Server

  async function openSecure(server: Http2Server): Promise<ClientHttp2Session> {
    const socket = await connectTls(server, { ALPNProtocols: ['h2'] })
    const client = connect(`https://127.0.0.1:${portOf(server)}`, { createConnection: () => socket })
    return client.on('error', () => {})
  }

  it('drains its sessions', async () => {
    const tracked = await serve(reply, secure())
    const client = await openSecure(tracked.server)
    expect(await request(client, '/first')).toBe('200 /first')
    const racing = request(client, '/racing')
    const { drained, ledger } = tracked.drain()
    expect(await racing).toBe('200 /racing')
    await drained
    expect(ledger).toMatchObject({ finished: 1, cut: 0 })
  })

  it.each<[string, Outcome, (busy: Busy) => unknown]>([
    ['the application destroys a session', 'cut', ({ session }) => session.destroy()],
    ['the application destroys the socket of one', 'cut', ({ socket }) => socket.destroy()],
    ['a client leaves', 'finished', ({ client }) => client.destroy()],
    ['a client leaves without a word', 'finished', ({ client }) => socketOf(client)?.destroy()],
  ])('where %s, counts it as %s', async (_, outcome, end) => {
    expect(await ledgerAfter(end, secure(), openSecure)).toMatchObject({
      finished: 0,
      closedIdle: 0,
      cut: 0,
      [outcome]: 1,
    })
  })

  it('finishes the HTTP/1.1 requests that it allows as well', async () => {
    const server = secure({ allowHTTP1: true })
    const tracked = await serve(reply, server)
    const requested = once(server, 'request')
    const socket = await connectTls(server, { ALPNProtocols: ['http/1.1'] })
    const answered = once(get({ host: '127.0.0.1', path: '/', createConnection: () => socket }), 'response')
    const [, response] = await requested
    const { drained, ledger } = tracked.drain()
    response.end('ok')
    const [message] = await answered
    expect(String(await buffer(message))).toBe('ok')
    await drained
    expect(ledger).toMatchObject({ finished: 1, cut: 0 })
  })

  it('counts as cut an HTTP/1.1 request that the application does not answer', async () => {
    const server = secure({ allowHTTP1: true })
    const tracked = await serve(reply, server)
    const requested = once(server, 'request')
    const client = new Client(await connectTls(server, { ALPNProtocols: ['http/1.1'] }))
    client.say(GET())
    const [{ socket }] = await requested
    const { drained, ledger } = tracked.drain()
    socket.destroy()
    await drained
    expect(ledger).toMatchObject({ finished: 0, closedIdle: 0, cut: 1 })
  })

  it('tells an HTTP/1.1 client to close with the answer to its next request, not with one to an upload’s head', async () => {
    const server = secure({ allowHTTP1: true })
    server.on('request', (_, response) => {
      response.writeHead(200, { connection: 'keep-alive', 'content-length': '2' }).end('ok')
    })
    const tracked = await serve(undefined, server)
    const client = new Client(await connectTls(server, { ALPNProtocols: ['http/1.1'] }))
    client.say(GET())
    await client.hears(/ok$/)
    const { drained, ledger } = tracked.drain()
    client.received = ''
    client.say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n')
    expect(await client.hears(/ok$/)).toMatch(/connection: keep-alive/i)
    client.received = ''
    client.say('x'.repeat(100_000) + GET())
    expect(await client.hearsAll()).toMatch(/connection: close\r\n[^]*ok$/i)
    client.socket.end()
    await drained
    expect(ledger).toMatchObject({ finished: 1, cut: 0 })
  })
})
