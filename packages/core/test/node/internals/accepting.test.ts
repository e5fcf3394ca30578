import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { Server as NetServer, createServer } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { accepting } from '../../../src/node/internals/accepting.ts'
import { nativeHandle } from '../../../src/node/internals/handles.ts'
import { GET, converse, serve } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'

const answering = () => serve((_, response) => response.end('ok'))

const connectionsOf = (server: NetServer): Promise<number> => promisify(server.getConnections).call(server)

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
