import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import { Server as NetServer, createServer } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { countsConnections, recouple } from '../../../src/node/internals/connection-count.ts'
import { GET, converse, serve } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'

const connectionsOf = (server: NetServer): Promise<number> => promisify(server.getConnections).call(server)

describe('recouple', () => {
  it('makes a socket that another server accepted count for this one, which waits for it with its close', async () => {
    const { server } = await serve((_, response) => response.end('ok'))
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
