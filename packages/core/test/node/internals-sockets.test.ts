import type { ChildProcess, SendHandle } from 'node:child_process'
import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import { Server as NetServer, Socket, createServer } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { accepting } from '../../src/node/internals/accepting.ts'
import { countsConnections, recouple } from '../../src/node/internals/connection-count.ts'
import { handleSender } from '../../src/node/internals/handle-sender.ts'
import { isNativeHandle, nativeHandle, stopReading } from '../../src/node/internals/handles.ts'
import { beforeFirstRequest } from '../../src/node/internals/http-parser.ts'
import { GET, converse, converseTimes, serve } from '../support/http.ts'
import { listen } from '../support/servers.ts'
import { forkReceiver } from '../handover/receiver.ts'

const answering = () => serve((_, response) => response.end('ok'))

type Client = Awaited<ReturnType<typeof converse>>['client']

const connectionsOf = (server: NetServer): Promise<number> => promisify(server.getConnections).call(server)

describe('stopReading', () => {
  it('leaves what comes in the kernel, although the HTTP parser reads by itself', async () => {
    const { server } = await answering()
    const { client, socket } = await converse(server)

    const readOn = stopReading(socket)
    client.say(GET())
    // What another client says later is read and answered.
    const other = await converse(server)
    other.client.say(GET())
    await other.client.hears(/ok$/)

    expect(socket.bytesRead).toBe(0)
    expect(client.received).toBe('')
    readOn?.()
    await client.hears(/ok$/)
    expect(socket.bytesRead).toBe(GET().length)
  })

  it('works between two requests', async () => {
    const { server } = await answering()
    const { client, socket } = await converse(server)
    client.say(GET())
    await client.hears(/ok$/)

    const readOn = stopReading(socket)
    client.say(GET())
    readOn?.()

    await client.hears(/ok[^]*ok$/)
  })

  it('says when it cannot: the socket is closed', async () => {
    const { server } = await answering()
    const { socket } = await converse(server)
    socket.destroy()
    expect(stopReading(socket)).toBeUndefined()
  })

  it('does not read on where the socket was closed meanwhile', async () => {
    const { server } = await answering()
    const { socket } = await converse(server)
    const readOn = stopReading(socket)
    socket.destroy()
    expect(readOn).not.toThrow()
  })
})

describe('a native handle', () => {
  /** The other process answers on what comes, as soon as it comes. */
  async function sent(): Promise<{ child: ChildProcess; server: HttpServer; socket: Socket; client: Client }> {
    const { child } = await forkReceiver('serves')
    const { server } = await answering()
    const { client, socket } = await converse(server)
    child.send({ type: 'connection', id: 1 }, nativeHandle(socket) as SendHandle, { keepOpen: true })
    child.send({ type: 'connections-asked', question: 1, ids: [1] })
    await once(child, 'message')
    return { child, server, socket, client }
  }

  it('can be sent, and the socket is in service as before', async () => {
    const { socket, client, server } = await sent()
    expect([socket.destroyed, await connectionsOf(server)]).toEqual([false, 1])
    client.say(GET())
    await client.hears(/ok$/)
  })

  it('is read over there when there is a socket over it, and the server here does not wait for that', async () => {
    const { child, server, socket, client } = await sent()
    child.send({ type: 'connections-passed', question: 2, connections: [{ id: 1 }] })
    await once(child, 'message')
    socket.destroy()
    server.close()

    await once(server, 'close')
    client.say(GET())
    await client.hears(/from the child$/)
  })

  it('is needed: of a socket that is sent itself, Node makes the server wait for the other process', async () => {
    const { child } = await forkReceiver('serves')
    const { server } = await answering()
    const { client, socket } = await converse(server)
    let closed = false
    server.on('close', () => (closed = true))

    child.send({ type: 'connection', id: 1 }, socket, { keepOpen: true })
    child.send({ type: 'connections-asked', question: 1, ids: [1] })
    await once(child, 'message')
    socket.destroy()
    server.close()
    // Long enough for a server that waits for nobody.
    const { server: other } = await answering()
    other.close()
    await once(other, 'close')

    // Should this fail one day, the socket itself will do.
    expect(closed).toBe(false)
    client.socket.end()
    child.kill('SIGKILL')
    await once(server, 'close')
  })

  it('goes before the last one is acknowledged, and so does what is said behind it', async () => {
    const { child } = await forkReceiver('serves')
    const { server } = await answering()
    const conversations = await converseTimes(server, 3)
    const send = handleSender(child)
    const written = promisify<object, void>(child.send.bind(child))

    child.kill('SIGSTOP')
    for (const [id, { socket }] of conversations.entries()) {
      send({ type: 'connection', id }, nativeHandle(socket) as object)
    }
    // Node itself would write this when the third is acknowledged.
    await written({ type: 'connections-asked', question: 1, ids: [0, 1, 2, 3] })
    child.kill('SIGCONT')

    expect(await once(child, 'message')).toMatchObject([{ ids: [0, 1, 2] }, undefined])
    // All acknowledgements have come, and the channel is as it was.
    send({ type: 'connection', id: 3 }, nativeHandle((await converse(server)).socket) as object)
    child.send({ type: 'connections-asked', question: 2, ids: [3] })
    expect(await once(child, 'message')).toMatchObject([{ ids: [3] }, undefined])
    child.disconnect()
    await once(child, 'disconnect')
  })

  it('there is none of when a socket has closed', async () => {
    const { socket } = await converse((await answering()).server)
    socket.destroy()
    expect(nativeHandle(socket)).toBeUndefined()
  })

  it.each([undefined, null, {}, 42, new Socket()])('is none: %s', (value) => {
    expect(isNativeHandle(value)).toBe(false)
  })
})

describe('accepting', () => {
  it('makes a socket of the server’s own over a handle, which reads nothing before this turn of the event loop ends', async () => {
    const { server } = await answering()
    const { client, socket } = await converse(await listen(createServer({ pauseOnConnect: true })))
    client.say(GET())
    await new Promise((resolve) => setTimeout(resolve, 20))
    let own: Socket | undefined
    server.on('connection', (accepted: Socket) => (own = accepted))

    accepting(server)?.(nativeHandle(socket) as object)

    expect(own?.bytesRead).toBe(0)
    await client.hears(/ok$/)
  })

  it('goes on when the server has stopped listening, which then waits for that connection', async () => {
    const { server } = await answering()
    const { client, socket } = await converse(await listen(createServer({ pauseOnConnect: true })))
    const { socket: holdsItOpen } = await converse(server)
    const accept = accepting(server)
    NetServer.prototype.close.call(server)

    accept?.(nativeHandle(socket) as object)
    holdsItOpen.destroy()
    client.say(GET())
    await client.hears(/ok$/)

    expect(await connectionsOf(server)).toBe(1)
    client.socket.end()
    await once(server, 'close')
  })

  it('is not possible where nothing listens', () => {
    expect(accepting(createHttpServer())).toBeUndefined()
  })
})

describe('beforeFirstRequest', () => {
  it('is told of the first request, once, before the application is', async () => {
    const said: string[] = []
    const { server } = await serve((_, response) => {
      said.push('request')
      response.end('ok')
    })
    const { client, socket } = await converse(server)
    expect(['first', 'second'].map((name) => beforeFirstRequest(socket, () => void said.push(name)))).toEqual([
      true,
      true,
    ])

    client.say(GET())
    await client.hears(/ok$/)
    client.say(GET())
    await client.hears(/ok[^]*ok$/)

    expect(said).toEqual(['second', 'first', 'request', 'request'])
  })

  it('is not possible where no request comes', async () => {
    const { socket } = await converse(await listen(createServer()))
    expect(beforeFirstRequest(socket, () => {})).toBe(false)
  })
})

describe('recouple', () => {
  it('makes a socket that another server accepted count for this one, which waits for it with its close', async () => {
    const { server } = await answering()
    const first = await listen(createServer())
    const { client, socket } = await converse(first)

    recouple(socket, server)
    server.emit('connection', socket)

    expect([await connectionsOf(first), await connectionsOf(server)]).toEqual([0, 1])
    client.say(GET())
    await client.hears(/ok$/)
    let closed = false
    server.on('close', () => (closed = true))
    NetServer.prototype.close.call(server)
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed).toBe(false)
    client.socket.end()
    await once(server, 'close')
  })
})

describe('countsConnections', () => {
  it.each<[string, () => NetServer | HttpServer]>([
    ['node:http', createHttpServer],
    ['node:net', createServer],
  ])('is so in this Node (%s)', (_, create) => {
    expect(countsConnections(create())).toBe(true)
  })

  it('is not so where the number is kept elsewhere', () => {
    const server = createServer()
    Object.assign(server, { _connections: undefined })
    expect(countsConnections(server)).toBe(false)
  })
})
