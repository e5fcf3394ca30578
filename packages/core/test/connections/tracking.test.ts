import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { Connections } from '../../src/connections/tracking.ts'
import { acceptedBy, listen } from '../support/servers.ts'
import { converse, converseTimes } from '../support/http.ts'
import { PSK, connectTls } from '../support/tls.ts'

describe('the connections of a server', () => {
  it('are those that are open', async () => {
    const server = await listen(createServer())
    const connections = new Connections(server)
    expect(connections.open.size).toBe(0)
    const [first, second] = await converseTimes(server, 2)
    expect(connections.open.size).toBe(2)
    const closed = once(first?.socket as Socket, 'close')
    first?.client.socket.destroy()
    first?.socket.resume()
    await closed
    expect([...connections.open]).toHaveLength(1)
    expect(connections.open.has(second?.socket as Socket)).toBe(true)
  })

  it('can be followed: those that are open, and those that open later', async () => {
    const server = await listen(createServer())
    const connections = new Connections(server)
    const { socket: early } = await converse(server)
    const seen: Socket[] = []
    connections.follow((socket) => seen.push(socket))
    const { socket: late } = await converse(server)
    expect(seen).toHaveLength(2)
    expect(seen[0]).toBe(early)
    expect(seen[1]).toBe(late)
  })

  it('tell when the last one is closed', async () => {
    const server = await listen(createServer())
    const connections = new Connections(server)
    await connections.allClosed()
    const conversations = await converseTimes(server, 2)
    let all = false
    const allClosed = connections.allClosed().then(() => (all = true))
    for (const [at, { socket }] of conversations.entries()) {
      expect(all).toBe(false)
      const closed = once(socket, 'close')
      socket.destroy()
      await closed
      expect(connections.open.size).toBe(1 - at)
    }
    await allClosed
  })

  it('can all be ended', async () => {
    const server = await listen(createServer())
    const connections = new Connections(server)
    const conversations = await converseTimes(server, 3)
    const ended = Promise.all(conversations.map(({ client }) => client.hearsAll()))
    connections.destroyAll()
    await connections.allClosed()
    await ended
  })
})

describe('the connections of a TLS server', () => {
  it('are those that the application sees', async () => {
    const server = await listen(createTlsServer(PSK))
    const connections = new Connections(server)
    const secured = once(server, 'secureConnection') as Promise<[Socket]>
    const client = await connectTls(server)
    const [socket] = await secured
    expect([...connections.open]).toHaveLength(1)
    expect(connections.open.has(socket)).toBe(true)
    client.destroy()
    await connections.allClosed()
  })

  it('are ended in the middle of their handshake, too', async () => {
    const server = await listen(createTlsServer(PSK))
    const connections = new Connections(server)
    const client = await acceptedBy(server)
    expect(connections.open.size).toBe(0)
    const ended = once(client.resume(), 'close')
    connections.destroyAll()
    await ended
  })
})
