import type { ChildProcess, SendHandle } from 'node:child_process'
import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { Server as NetServer } from 'node:net'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { isNativeHandle, nativeHandle, stopReading } from '../../../src/node/internals/handles.ts'
import { forkReceiver } from '../../support/receiver.ts'
import { GET, converse, serve } from '../../support/http.ts'

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

  it('there is none of when a socket has closed', async () => {
    const { socket } = await converse((await answering()).server)
    socket.destroy()
    expect(nativeHandle(socket)).toBeUndefined()
  })

  it.each([undefined, null, {}, 42, new Socket()])('is none: %s', (value) => {
    expect(isNativeHandle(value)).toBe(false)
  })
})
