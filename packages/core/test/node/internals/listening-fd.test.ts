import { once } from 'node:events'
import { fstatSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../../test/support/index.ts'
import { listeningFd } from '../../../src/node/internals/handles.ts'
import { programIn, runNode } from '../../support/programs.ts'
import { connectTo, listen, portOf } from '../../support/servers.ts'

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
