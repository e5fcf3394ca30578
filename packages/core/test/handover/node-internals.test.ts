import type { ChildProcess, SendHandle } from 'node:child_process'
import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import type { Server } from 'node:net'
import { Socket, createServer } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  countsConnections,
  couple,
  handleSender,
  isNativeHandle,
  nativeHandle,
  socketOver,
  stopReading,
} from '../../src/process/node-internals.ts'
import { GET, converse, converseTimes, serve } from '../support/http.ts'
import { listen } from '../support/servers.ts'
import { forkReceiver } from './receiver.ts'

const answering = () => serve((_, response) => response.end('ok'))

type Client = Awaited<ReturnType<typeof converse>>['client']

const connectionsOf = (server: Server): Promise<number> => promisify(server.getConnections).call(server)

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

describe('a socket over a handle', () => {
  it('reads nothing before the turn of the event loop ends in which it came to be', async () => {
    const { server } = await answering()
    const { client, socket } = await converse(await listen(createServer({ pauseOnConnect: true })))
    client.say(GET())
    await new Promise((resolve) => setTimeout(resolve, 20))

    const own = socketOver(nativeHandle(socket) as object)
    couple(own, server)
    server.emit('connection', own)

    expect(own.bytesRead).toBe(0)
    await client.hears(/ok$/)
  })
})

describe('couple', () => {
  /** A socket that no server accepted, as one that came from another process; and the client's end. */
  async function strayed(): Promise<{ stray: Socket; client: Awaited<ReturnType<typeof converse>>['client'] }> {
    const { client, socket } = await converse(await listen(createServer()))
    const { server, _server } = socket as unknown as Record<string, Server | null>
    // Both are what a socket knows its server by.
    expect([server, _server]).toEqual([expect.any(Object), server])
    Object.assign(socket, { server: null, _server: null })
    return { stray: socket, client }
  }

  it('makes a socket count among the server’s own, and no longer when it has closed', async () => {
    const { server } = await answering()
    const { stray, client } = await strayed()

    couple(stray, server)
    expect(await connectionsOf(server)).toBe(1)
    client.socket.end()
    stray.destroy()
    await once(stray, 'close')

    expect(await connectionsOf(server)).toBe(0)
  })

  it('makes the server wait with its close for it', async () => {
    const { server } = await answering()
    const { stray } = await strayed()
    let closed = false
    server.on('close', () => (closed = true))

    couple(stray, server)
    server.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed).toBe(false)
    stray.destroy()

    await once(server, 'close')
  })

  it('makes the HTTP server serve it as one of its own', async () => {
    const { server } = await answering()
    const { stray, client } = await strayed()

    couple(stray, server)
    server.emit('connection', stray)
    client.say(GET())

    await client.hears(/ok$/)
  })
})

describe('countsConnections', () => {
  it.each<[string, () => Server | HttpServer]>([
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
