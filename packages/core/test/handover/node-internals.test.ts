import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { countsConnections, couple, stopReading, uncouple } from '../../src/process/node-internals.ts'
import { GET, converse, serve } from '../support/http.ts'
import { listen } from '../support/servers.ts'
import { forkReceiver } from './receiver.ts'

const answering = () => serve((_, response) => response.end('ok'))

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

describe('uncouple', () => {
  it('lets the server close without the process to which a socket was sent', async () => {
    const { child } = await forkReceiver('serves')
    const { server } = await answering()
    const { client, socket } = await converse(server)

    const coupleAgain = uncouple(socket)
    child.send({ zerodown: 1, type: 'connection', id: 1 }, socket, { keepOpen: true })
    coupleAgain()
    await once(child, 'message')
    socket.destroy()
    server.close()

    await once(server, 'close')
    client.say(GET())
    await client.hears(/from the child$/)
  })

  it('is needed: Node makes a server wait for what another process does with its sockets', async () => {
    const { child } = await forkReceiver('serves')
    const { server } = await answering()
    const { client, socket } = await converse(server)
    let closed = false
    server.on('close', () => (closed = true))

    child.send({ zerodown: 1, type: 'connection', id: 1 }, socket, { keepOpen: true })
    await once(child, 'message')
    socket.destroy()
    server.close()
    client.say(GET())
    await client.hears(/from the child$/)

    // Should this fail one day, it can go.
    expect(closed).toBe(false)
    client.socket.end()
    child.kill('SIGKILL')
    await once(server, 'close')
  })

  it('leaves the HTTP server its socket: requests are answered after it is coupled again', async () => {
    const { server } = await answering()
    const { client, socket } = await converse(server)
    uncouple(socket)()
    client.say(GET())
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
