import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { onTestFinished, describe, expect, it } from 'vitest'
import { linger } from '../../src/connections/linger.ts'
import type { Tracked } from '../support/http.ts'
import { GET, Inbox, answer, converse, converseTimes, serve } from '../support/http.ts'

interface Lingering extends Tracked {
  /** On which connections requests came. */
  answering: Socket[]
}

/** From here on, as when a drain has begun. */
function startLinger(tracked: Tracked, moving: ReadonlySet<Socket> = new Set()): Lingering {
  const answering: Socket[] = []
  const lingering = linger(tracked.server, tracked.connections, {
    stays: (socket) => !moving.has(socket),
    answering: (socket) => void answering.push(socket),
  })
  onTestFinished(() => lingering.end())
  return { ...tracked, answering }
}

const ok: RequestListener = (_, response) => void response.end('ok')
const post = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** The answers in what a client received: their Connection headers and bodies. */
function answersIn(received: string): { connection: string | undefined; body: string }[] {
  return received
    .split(/(?=HTTP\/1\.1 200)/)
    .filter((text) => text !== '')
    .map((text) => {
      const [head = '', ...body] = text.split('\r\n\r\n')
      return { connection: /^connection: (.*)$/im.exec(head)?.[1], body: body.join('\r\n\r\n') }
    })
}

describe('an idle connection that lingers', () => {
  it('has its next request answered, with Connection: close, and is closed in good order', async () => {
    const tracked = await serve(ok)
    const { client, socket } = await converse(tracked.server)
    client.say(GET())
    await client.hears(/ok$/)
    const { answering } = startLinger(tracked)
    client.say(GET('/2'))
    const [first, second] = answersIn(await client.hearsAll())
    expect(first).toEqual({ connection: 'keep-alive', body: 'ok' })
    expect(second).toEqual({ connection: 'close', body: 'ok' })
    expect(answering).toHaveLength(1)
    expect(answering[0]).toBe(socket)
  })

  it('that never said a word has its first request answered the same way', async () => {
    const tracked = await serve(ok)
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    client.say(GET())
    expect(answersIn(await client.hearsAll())).toEqual([{ connection: 'close', body: 'ok' }])
  })

  it('that was in the middle of a header has the request answered the same way', async () => {
    const tracked = await serve(ok)
    const { client } = await converse(tracked.server)
    client.say(GET().slice(0, 20))
    startLinger(tracked)
    client.say(GET().slice(20))
    expect(answersIn(await client.hearsAll())).toEqual([{ connection: 'close', body: 'ok' }])
  })

  it('has a body read to its end that comes in pieces', async () => {
    const tracked = await serve((request, response) => void request.pipe(response))
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    const body = 'x'.repeat(100_000)
    const request = post('/', body)
    client.say(request.slice(0, 50_000))
    await client.hears(/x{100}/)
    client.say(request.slice(50_000))
    const received = await client.hearsAll()
    expect(received).toMatch(/^connection: close\r$/im)
    expect(received.match(/x/g)?.length).toBeGreaterThanOrEqual(100_000)
  })

  it('may wait to be told to go on before it sends the body', async () => {
    const tracked = await serve((request, response) => void request.pipe(response))
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    client.say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
    await client.hears(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
    client.say('abcde')
    expect(await client.hearsAll()).toMatch(/connection: close\r\n.*abcde/is)
  })

  it('may ask a server that answers such a question by itself', async () => {
    const tracked = await serve(ok)
    tracked.server.on('checkContinue', (_, response: ServerResponse) => {
      response.writeHead(417)
      response.end('no')
    })
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    client.say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
    expect(await client.hearsAll()).toMatch(/^HTTP\/1\.1 417 .*connection: close\r\n.*no/is)
  })

  it.each<[string, (response: ServerResponse) => void]>([
    ['setHeader', (response) => void response.setHeader('Connection', 'keep-alive')],
    ['appendHeader', (response) => void response.appendHeader('connection', 'keep-alive')],
    ['setHeaders', (response) => void response.setHeaders(new Map([['CONNECTION', 'Keep-Alive']]))],
    ['several values', (response) => void response.setHeader('connection', ['keep-alive', 'x-other'])],
    ['removeHeader', (response) => response.removeHeader('connection')],
    ['setHeader and removeHeader', (response) => response.setHeader('connection', 'a').removeHeader('connection')],
    ['an object', (response) => void response.writeHead(200, { CONNECTION: 'keep-alive', 'X-Own': '1' })],
    ['a reason and an object', (response) => void response.writeHead(200, 'OK', { connection: 'keep-alive' })],
    [
      'pairs',
      (response) => void response.writeHead(200, [['connection', 'keep-alive'] as never, ['x-own', '1'] as never]),
    ],
    ['a flat array', (response) => void response.writeHead(200, ['Connection', 'keep-alive', 'x-own', '1'])],
    [
      'a flat array over others',
      (response) => void response.setHeader('connection', 'a').writeHead(200, ['cONNECTION', 'keep-alive']),
    ],
    ['an object over others', (response) => void response.setHeader('x-a', 'a').writeHead(200, { connection: 'b' })],
    ['no header at all', (response) => void response.writeHead(200)],
    ['flushHeaders', (response) => void response.setHeader('connection', 'keep-alive').flushHeaders()],
    [
      'the old name of writeHead',
      (response) =>
        void (response as unknown as { writeHeader: typeof response.writeHead }).writeHeader(200, ['connection', 'a']),
    ],
  ])('is told to close, whatever the application says of the connection: by %s', async (_, say) => {
    const tracked = await serve((_request, response) => {
      say(response)
      response.end('ok')
    })
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    client.say(GET())
    const received = await client.hearsAll()
    expect(received.match(/^connection: .*$/gim)).toEqual([expect.stringMatching(/^connection: close$/i)])
    expect(received).toMatch(/ok\r\n0\r\n\r\n$|ok$/)
  })

  it('has a handler’s other headers as they are, of one name twice', async () => {
    const cookies = ['Set-Cookie', 'a=1', 'Connection', 'keep-alive', 'Set-Cookie', 'b=2']
    const tracked = await serve((_, response) => void response.writeHead(201, 'Made', cookies).end('ok'))
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    client.say(GET())
    expect(await client.hearsAll()).toMatch(/^HTTP\/1.1 201 Made\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n/)
  })
})

describe('an upload that is answered at its head, on a connection that lingers', () => {
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n`
  const refuse: RequestListener = (_, response) => void response.writeHead(401, { 'content-length': '2' }).end('no')

  it('is read to its end, and the next answer says close', async () => {
    const tracked = await serve(refuse)
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    client.say(head)
    expect(await client.hears(/no$/)).toMatch(/connection: keep-alive/i)
    client.say('x'.repeat(300_000) + GET())
    expect(await client.hearsAll()).toMatch(/connection: close\r\n[^]*no$/i)
  })

  it('is read to its end before the connection closes, where it is the second one', async () => {
    const tracked = await serve(refuse)
    const { client, socket } = await converse(tracked.server)
    startLinger(tracked)
    client.say(head + 'x'.repeat(300_000))
    await client.hears(/no$/)
    client.socket.allowHalfOpen = true
    client.say(head)
    expect(await client.hearsAll()).toMatch(/connection: close\r\n[^]*no$/i)
    client.say('x'.repeat(300_000))
    await once(socket, 'close')
    expect(socket.bytesRead).toBe(2 * (head.length + 300_000))
  })

  it('is read by a handler that goes on reading it', async () => {
    let read = 0
    const tracked = await serve((request, response) => {
      request.on('data', (bytes: Buffer) => void (read += bytes.length))
      response.end('no')
    })
    const { client, socket } = await converse(tracked.server)
    client.socket.allowHalfOpen = true
    startLinger(tracked)
    client.say(head)
    expect(await client.hearsAll()).toMatch(/connection: close\r\n[^]*no$/i)
    client.say('x'.repeat(300_000) + GET('/not-answered'))
    await once(socket, 'close')
    expect(read).toBe(300_000)
  })
})

describe('a connection that is about to move', () => {
  it('does not linger: its answers say keep-alive, and nobody closes it for its silence', async () => {
    const tracked = await serve(ok, { keepAliveTimeout: 200 })
    const [spoken, silent, stays] = await converseTimes(tracked.server, 3)
    if (spoken === undefined || silent === undefined || stays === undefined) throw new Error('not connected')
    const closed = once(stays.socket, 'close')
    const { answering } = startLinger(tracked, new Set([spoken.socket, silent.socket]))
    spoken.client.say(GET())
    expect(answersIn(await spoken.client.hears(/ok$/))).toEqual([{ connection: 'keep-alive', body: 'ok' }])
    expect(answering).toHaveLength(1)
    await closed
    expect(silent.socket.destroyed).toBe(false)
  })
})

describe('a connection that is busy when the linger begins', () => {
  it('has its answer finished, which says close if it still can', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    client.say(GET())
    const { response } = await inbox.next()
    startLinger(tracked)
    response.end('ok')
    await client.hears(/ok$/)
    // What follows is answered in any case.
    if (client.socket.readableEnded) return
    client.say(GET('/2'))
    await answer((await inbox.next()).response, 'ok')
    expect(answersIn(await client.hearsAll()).at(-1)).toEqual({ connection: 'close', body: 'ok' })
  })

  it('whose answer had begun has the next request answered with close', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    client.say(GET())
    const { response } = await inbox.next()
    response.writeHead(200, { 'content-length': '2' })
    response.flushHeaders()
    startLinger(tracked)
    response.end('ok')
    await client.hears(/ok$/)
    client.say(GET('/2'))
    await answer((await inbox.next()).response, 'two')
    expect(answersIn(await client.hearsAll())).toEqual([
      { connection: 'keep-alive', body: 'ok' },
      { connection: 'close', body: 'two' },
    ])
  })
})

describe('pipelined requests on a lingering connection', () => {
  it.each([2, 3, 10])('that come together are all answered, and only the last of %i says close', async (count) => {
    const tracked = await serve((request, response) => void response.end(request.url))
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    const paths = Array.from({ length: count }, (_, at) => `/${at + 1}`)
    client.say(paths.map((path) => GET(path)).join(''))
    expect(answersIn(await client.hearsAll())).toEqual(
      paths.map((path, at) => ({ connection: at + 1 === count ? 'close' : 'keep-alive', body: path })),
    )
  })

  it('with bodies are all answered', async () => {
    const tracked = await serve((request, response) => void request.pipe(response))
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    client.say(post('/1', 'one') + post('/2', 'two') + post('/3', 'three'))
    const received = await client.hearsAll()
    expect(received).toMatch(/one.*two.*three/s)
    expect(received.match(/^connection: close\r$/gim)).toHaveLength(1)
  })

  it('of which the second comes while the first is being answered are both answered', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    client.say(GET('/1'))
    const first = await inbox.next()
    client.say(GET('/2'))
    const second = await inbox.next()
    first.response.end('one')
    second.response.end('two')
    expect(answersIn(await client.hearsAll())).toEqual([
      { connection: 'keep-alive', body: 'one' },
      { connection: 'close', body: 'two' },
    ])
  })

  it('that are answered in another order come back in theirs', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    client.say(GET('/1') + GET('/2'))
    const [first, second] = [await inbox.next(), await inbox.next()]
    second.response.end('two')
    first.response.end('one')
    expect(answersIn(await client.hearsAll())).toEqual([
      { connection: 'keep-alive', body: 'one' },
      { connection: 'close', body: 'two' },
    ])
  })

  it('of which the client wants the first to be the last end there', async () => {
    const tracked = await serve((request, response) => void response.end(request.url))
    const { client } = await converse(tracked.server)
    startLinger(tracked)
    client.say(`GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    expect(answersIn(await client.hearsAll())).toEqual([{ connection: 'close', body: '/1' }])
  })
})

describe('a connection on which nothing was ever said', () => {
  it('is closed after the keep-alive timeout, counted from now', async () => {
    const tracked = await serve(ok, { keepAliveTimeout: 200 })
    const silent = await converseTimes(tracked.server, 3)
    const closed = Promise.all(silent.map(({ socket }) => once(socket, 'close')))
    startLinger(tracked)
    expect(tracked.connections.open.size).toBe(3)
    await closed
    expect(tracked.connections.open.size).toBe(0)
  })

  it('is left alone by that when a request has come meanwhile', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler, { keepAliveTimeout: 200 })
    const [silent, spoken] = await converseTimes(tracked.server, 2)
    if (silent === undefined || spoken === undefined) throw new Error('not connected')
    const closed = once(silent.socket, 'close')
    startLinger(tracked)
    spoken.client.say(GET())
    const { response } = await inbox.next()
    await closed
    response.end('ok')
    expect(answersIn(await spoken.client.hearsAll())).toEqual([{ connection: 'close', body: 'ok' }])
  })

  it('leaves no timer that would keep the process from ending', async () => {
    const tracked = await serve(ok)
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    startLinger(tracked)
    expect(timers()).toBe(before)
  })
})
