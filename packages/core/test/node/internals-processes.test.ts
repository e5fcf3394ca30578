import { once } from 'node:events'
import { fstatSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { countsConnections, recouple } from '../../src/node/internals/connection-count.ts'
import { listeningFd, stopReading } from '../../src/node/internals/handles.ts'
import { configuredTicketKeys } from '../../src/node/internals/server-options.ts'
import { spawnWithChannel } from '../../src/node/internals/spawn-with-channel.ts'
import { GET, converse } from '../support/http.ts'
import { NODE, programIn, runNode } from '../support/programs.ts'
import { connectTo, listen, portOf } from '../support/servers.ts'

const kinds: Record<string, () => Server> = {
  'node:net': createServer,
  'node:http': createHttpServer,
  'node:http2': createHttp2Server,
  'node:tls': createTlsServer,
}

describe('the number of a listening socket', () => {
  it.each(Object.entries(kinds))('is that of an open socket (%s)', async (_, create) => {
    const server = await listen(create())
    const fd = listeningFd(server) ?? -1
    expect(fd).toBeGreaterThan(2)
    expect(fstatSync(fd).isSocket()).toBe(true)
  })

  it('is the listener itself: who inherits it accepts its connections', async () => {
    const server = await listen(createServer((socket) => socket.end('from the parent')))
    const port = portOf(server)
    const script = `
      const { createServer, connect } = require('node:net')
      const server = createServer((socket) => socket.end('from the child')).listen({ fd: 3 }, () => {
        const { address, port } = server.address()
        connect(port, address).on('data', (data) => {
          console.log(JSON.stringify({ port, said: String(data) }))
          process.exit()
        })
      })`
    // This process is busy waiting for its end meanwhile, so that only the child can accept.
    const fd = listeningFd(server) ?? -1
    expect(runNode(['-e', script], { stdio: ['pipe', 'pipe', 'pipe', fd] })).toEqual({ port, said: 'from the child' })
    const [said] = await once(await connectTo(server), 'data')
    expect(String(said)).toBe('from the parent')
  })

  it('is there on a unix socket', async () => {
    const server = await listen(createServer(), { path: join(await tempDir(), 'a.sock') })
    expect(fstatSync(listeningFd(server) ?? -1).isSocket()).toBe(true)
  })

  it('is that which the server was given', async () => {
    const script = `
      const { createServer } = require('node:net')
      const server = createServer().listen({ fd: 3 }, () => {
        console.log(server._handle.fd)
        process.exit()
      })`
    const server = await listen(createServer())
    expect(runNode(['-e', script], { stdio: ['pipe', 'pipe', 'pipe', listeningFd(server) ?? -1] })).toBe(3)
  })

  it('is none before it listens, and none when it is closed', async () => {
    const server = createServer()
    expect(listeningFd(server)).toBeUndefined()
    await listen(server)
    expect(listeningFd(server)).toBeDefined()
    server.close()
    expect(listeningFd(server)).toBeUndefined()
  })

  it('is none in a cluster worker, whose socket the primary has', async () => {
    const program = await programIn(
      await tempDir(),
      `import cluster from 'node:cluster'
      import { createServer } from 'node:net'
      import { listeningFd } from '#dist/node/internals/handles.js'
      if (cluster.isPrimary) {
        cluster.fork().on('message', (seen) => {
          console.log(JSON.stringify(seen))
          process.exit()
        })
      } else {
        const server = createServer().listen(0, '127.0.0.1', () => {
          process.send({ listening: server.listening, number: listeningFd(server) ?? 'none' })
        })
      }`,
    )
    expect(runNode([program])).toEqual({ listening: true, number: 'none' })
  })
})

describe('a channel of one’s own', () => {
  it('carries messages and sockets both ways, and Node sets nothing up for the application', async () => {
    const program = await programIn(
      await tempDir(),
      `import { channelOver } from '#dist/node/internals/spawn-with-channel.js'
      const before = Reflect.ownKeys(process).length
      const heard = () => ['message', 'internalMessage', 'disconnect'].some((event) => process.listenerCount(event))
      const channel = channelOver(3)
      const left = [process.send, process.channel, process.connected, process.env.NODE_CHANNEL_FD]
      channel.on('message', (message, handle) => {
        const same = Reflect.ownKeys(process).length === before && !heard()
        channel.send({ message, left, same, fd: handle?.fd > 2 }, handle, { keepOpen: true }, () => channel.disconnect())
      })`,
    )
    const server = await listen(createServer())
    const child = spawnWithChannel({
      file: NODE,
      args: ['node', program],
      cwd: process.cwd(),
      env: { PATH: process.env['PATH'] },
      stdio: ['inherit', 'inherit', 'inherit'],
    })
    const answered = once(child, 'message')
    child.send('hello', (server as unknown as { _handle: never })._handle, { keepOpen: true })
    const [answer, handle] = await answered
    expect(answer).toEqual({ message: 'hello', left: [null, null, null, null], same: true, fd: true })
    expect((handle as { fd: number }).fd).toBeGreaterThan(2)
    ;(handle as { close: () => void }).close()
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

describe('a socket that is not read any more', () => {
  it('loses nothing that is sent meanwhile, below every buffer, and reads on', async () => {
    const bodies: string[] = []
    const server = await listen(
      createHttpServer((request, response) => {
        bodies.push(request.url ?? '')
        response.end()
      }),
    )
    const { client, socket } = await converse(server)
    client.say(GET('/1'))
    await client.hears(/200 OK/)
    const readOn = stopReading(socket)
    const before = socket.bytesRead
    client.say(GET('/2'))
    // Another connection is served meanwhile: the loop turns, and what was sent has long arrived.
    const { client: another } = await converse(server)
    another.say(GET('/3'))
    await another.hears(/200 OK/)
    expect(socket.bytesRead).toBe(before)
    readOn?.()
    await client.hears(/200 OK.*200 OK/s)
    expect(bodies).toEqual(['/1', '/3', '/2'])
  })

  it('cannot be stopped when it is closed', async () => {
    const { socket } = await converse(await listen(createServer()))
    socket.destroy()
    expect(stopReading(socket)).toBeUndefined()
  })
})

describe('a server’s count of connections', () => {
  const countOf = (server: Server): Promise<number> => promisify(server.getConnections.bind(server))()

  it('is kept in a way that a received socket can be added to', async () => {
    const [first, second] = [await listen(createHttpServer()), await listen(createHttpServer())]
    expect([first, second].map(countsConnections)).toEqual([true, true])
    const { socket } = await converse(first)
    expect(await Promise.all([countOf(first), countOf(second)])).toEqual([1, 0])
    recouple(socket, second)
    expect(await countOf(second)).toBe(1)
    const closed = once(socket, 'close')
    socket.destroy()
    await closed
    expect(await countOf(second)).toBe(0)
    // And so its end is not waited for.
    second.close()
    await once(second, 'close')
  })
})

describe('the ticket keys of a TLS server', () => {
  it('are known to be the application’s own, or random', () => {
    expect(configuredTicketKeys(createTlsServer({ ticketKeys: Buffer.alloc(48, 1) }))).toBe(true)
    expect(configuredTicketKeys(createTlsServer())).toBe(false)
  })
})
