import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Server as HttpServer, createServer } from 'node:http'
import type { Socket } from 'node:net'
import { Server as NetServer, connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { keepAliveTimeoutOf } from '../../../src/connections/keep-alive-timeout.ts'
import { isReadByHttp } from '../../../src/node/internals/http-parser.ts'
import { GET, Inbox, answer, converse, converseTimes, hasRead, serve } from '../../support/http.ts'
import { listen, portOf } from '../../support/servers.ts'

/** What core relies on in node:http beyond its documentation; `src/node/internals/README.md` says where, and why. */

const answering = () => serve((_, response) => response.end('ok'))

const EXPECT = (what: string): string => `POST / HTTP/1.1\r\nHost: a\r\nExpect: ${what}\r\nContent-Length: 1\r\n\r\n`

describe('an HTTP server', () => {
  it('calls the destroy() of each idle connection, before closeIdleConnections() returns, and of no busy one', async () => {
    const { server } = await serve((request, response) => void (request.url === '/busy' || response.end('ok')))
    const [idle, alsoIdle, busy] = await converseTimes(server, 3)
    for (const one of [idle, alsoIdle]) one?.client.say(GET())
    busy?.client.say(GET('/busy'))
    for (const one of [idle, alsoIdle]) await one?.client.hears(/ok$/)
    await hasRead(busy?.socket as Socket, GET('/busy').length)
    const destroyed: string[] = []
    for (const [name, one] of Object.entries({ idle, alsoIdle, busy })) {
      const socket = one?.socket as Socket
      socket.destroy = () => {
        destroyed.push(name)
        return socket
      }
    }

    server.closeIdleConnections()

    expect(destroyed.toSorted()).toEqual(['alsoIdle', 'idle'])
    for (const one of [idle, alsoIdle, busy]) Reflect.deleteProperty(one?.socket as Socket, 'destroy')
  })

  it('only stops accepting where net.Server’s own close() is called on it', async () => {
    const { server } = await answering()
    const port = portOf(server)
    const [used, unused] = await converseTimes(server, 2)
    used?.client.say(GET())
    await used?.client.hears(/ok$/)

    NetServer.prototype.close.call(server)

    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    for (const one of [used, unused]) one?.client.say(GET())
    await used?.client.hears(/ok[^]*ok$/)
    await unused?.client.hears(/ok$/)
  })

  it.each<[string, string, RegExp]>([
    ['request', GET(), /ok$/],
    ['checkContinue', EXPECT('100-continue'), /ok$/],
    ['checkExpectation', EXPECT('a miracle'), /ok$/],
    ['clientError', 'nonsense\r\n\r\n', /mended$/],
  ])('tells of a %s by its emit(), which may do so later', async (event, said, heard) => {
    const { server } = await answering()
    const answerIt = (_: unknown, response: ServerResponse): void => void response.end('ok')
    server.on('checkContinue', answerIt).on('checkExpectation', answerIt)
    server.on('clientError', (_, socket) => socket.end('mended'))
    const { emit } = server
    const held: unknown[] = []
    server.emit = function (this: HttpServer, ...args: unknown[]): boolean {
      if (args[0] !== event) return Reflect.apply(emit, this, args)
      held.push(event)
      setImmediate(() => Reflect.apply(emit, this, args))
      return true
    } as HttpServer['emit']
    const { client } = await converse(server)

    client.say(said)

    await client.hears(heard)
    expect(held).toEqual([event])
  })

  it('says once that a request is late, and closes nothing where that is handled', async () => {
    const server = await listen(createServer({ headersTimeout: 20, connectionsCheckingInterval: 10 }))
    const late: unknown[] = []
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => late.push([error.code, socket]))
    const first = await converse(server)
    first.client.say('GET / HT')
    await once(server, 'clientError')
    // By the time that a second one is late, the first one was looked at again.
    const second = await converse(server)
    second.client.say('GET / HT')
    await once(server, 'clientError')

    expect(late.map((one) => (one as unknown[])[0])).toEqual(['ERR_HTTP_REQUEST_TIMEOUT', 'ERR_HTTP_REQUEST_TIMEOUT'])
    expect(late.map((one) => (one as unknown[])[1] === first.socket)).toEqual([true, false])
    expect([first.socket.destroyed, first.socket.writableEnded]).toEqual([false, false])
  })

  it('reads each connection by one and the same listener, which comes first and can be taken away', async () => {
    const [reads, ...others] = new HttpServer().listeners('connection')
    expect(others).toEqual([])
    const { server } = await answering()
    expect(server.listeners('connection')[0]).toBe(reads)
    expect(isReadByHttp((await converse(server)).socket)).toBe(true)

    server.off('connection', reads as () => void)

    expect(isReadByHttp((await converse(server)).socket)).toBe(false)
  })

  it('gives a connection the keep-alive timeout after an answer, and its own with the next request', async () => {
    const inbox = new Inbox()
    const { server } = await serve(inbox.handler, { keepAliveTimeout: 7000 })
    server.timeout = 50_000
    const { client, socket } = await converse(server)
    client.say(GET())
    await answer((await inbox.next()).response)
    expect(socket.timeout).toBe(keepAliveTimeoutOf(server))
    expect(socket.timeout).toBeGreaterThan(7000)

    client.say(GET())
    await inbox.next()

    expect(socket.timeout).toBe(50_000)
  })
})

describe('a response', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['end()', (response) => response.end('ok')],
    ['write()', (response) => void (response.write('ok'), response.end())],
    ['flushHeaders()', (response) => void (response.flushHeaders(), response.end('ok'))],
    ['writeHead()', (response) => response.writeHead(200).end('ok')],
  ])('writes its head by its writeHead(), also with %s', async (_, respond) => {
    const written: number[] = []
    const { server } = await serve((_request, response) => {
      const { writeHead } = response
      Object.assign(response, {
        writeHead(this: ServerResponse, status: number, ...rest: unknown[]) {
          written.push(status)
          return Reflect.apply(writeHead, this, [status, ...rest])
        },
      })
      respond(response)
    })
    const { client } = await converse(server)
    client.say(GET())
    await client.hears(/ok/)
    expect(written).toEqual([200])
  })

  it('that is the last one ends its connection by the destroySoon() of its socket', async () => {
    const { server } = await serve((_, response) => response.setHeader('connection', 'close').end('ok'))
    const { client, socket } = await converse(server)
    const { destroySoon } = socket
    let calls = 0
    socket.destroySoon = () => {
      calls += 1
      destroySoon.call(socket)
    }
    client.say(GET())
    await client.hearsAll()
    expect(calls).toBe(1)
  })
})
