import { once } from 'node:events'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { InheritedListeners } from '../../src/listeners/inherited.ts'
import { AttachedServers } from '../../src/servers/attached-servers.ts'
import type { ServerWatcher } from '../../src/servers/attached-servers.ts'
import { inherit } from '../support/inherited.ts'
import { anOrigin } from '../support/lifecycles.ts'
import { acceptedBy, endWithTest, listen, portOf } from '../support/servers.ts'

const ANY = { port: 0, host: '127.0.0.1' }

/** Some servers, and what is told of them. */
function attached({ listeners = new InheritedListeners([]), beforeListen = () => {} } = {}) {
  const servers = new AttachedServers(anOrigin({ listeners }), beforeListen)
  const told: string[] = []
  const watcher: ServerWatcher = {
    serverListens: (_, adopted) => told.push(adopted ? 'adopts' : 'listens'),
    serverFailed: () => told.push('failed'),
    serverClosed: (server) => {
      told.push('closed')
      servers.forget(server)
    },
    serverCannotReceive: () => told.push('cannot receive'),
    serverSetAside: () => told.push('set aside'),
  }
  servers.watch(watcher)
  const attach = (): Server => {
    const server = createServer()
    endWithTest(server)
    servers.add(server)
    return server
  }
  const inOrder = (): Server[] => [...servers].map(({ server }) => server)
  return { servers, told, attach, inOrder }
}

const close = (server: Server): Promise<unknown> => once(server.close(), 'close')

describe('attached servers', () => {
  it('are in the order of their listen(), not of their attach()', async () => {
    const { attach, inOrder } = attached()
    const [one, two] = [attach(), attach()]
    await listen(two, ANY)
    await listen(one, ANY)
    expect(inOrder()).toEqual([two, one])
  })

  it('are known for ever, and forgotten until they listen again when they are closed', async () => {
    const { attach, servers, inOrder, told } = attached()
    const server = await listen(attach(), ANY)
    await close(server)
    expect([inOrder(), servers.knows(server), servers.knows(createServer())]).toEqual([[], true, false])
    await listen(server, ANY)
    expect([inOrder(), told]).toEqual([[server], ['listens', 'closed', 'listens']])
  })

  it('throw at listen() what keeps this process from beginning, and bind nothing', () => {
    const { attach, servers } = attached({
      beforeListen() {
        throw new Error('no pid file')
      },
    })
    const server = attach()
    expect(() => server.listen(ANY)).toThrow('no pid file')
    expect([server.listening, servers.inUse]).toEqual([false, false])
  })

  it('are told of as failed where they cannot listen', async () => {
    const { attach, told } = attached()
    const taken = await listen(createServer())
    const server = attach().on('error', () => {})
    server.listen(portOf(taken), '127.0.0.1')
    await once(server, 'error')
    expect(told).toEqual(['failed'])
  })

  it('that the application has closed are open while they have connections', async () => {
    const { attach, servers } = attached()
    const server = await listen(attach(), ANY)
    const client = await acceptedBy(server)
    const closed = close(server)
    expect([servers.listening.length, servers.open.length, servers.inUse]).toEqual([0, 1, true])
    client.destroy()
    await closed
    expect([servers.open.length, servers.inUse]).toEqual([0, false])
  })
})

describe('whether this process is in use', () => {
  it('is so from listen() on, before anything listens', async () => {
    const { attach, servers } = attached()
    const server = attach()
    expect(servers.inUse).toBe(false)
    server.listen(ANY)
    expect(servers.inUse).toBe(true)
    await once(server, 'listening')
    await close(server)
    expect(servers.inUse).toBe(false)
  })

  it('is not so by a server that was set aside, until that listens anew', async () => {
    const { attach, servers, told } = attached()
    const server = await listen(attach(), ANY)
    servers.setAside(server)
    expect([servers.inUse, told.at(-1)]).toEqual([false, 'set aside'])
    await close(server)
    await listen(server, ANY)
    expect(servers.inUse).toBe(true)
  })
})

describe('port 0, asked for twice', () => {
  it('is told apart by the order of the calls, whoever is closed and listens again', async () => {
    const { attach, servers } = attached()
    const [first, second] = [await listen(attach(), ANY), await listen(attach(), ANY)]
    await close(first)
    await listen(first, ANY)
    const indexes = new Map([...servers].map(({ server, listener }) => [server, listener?.portZeroIndex]))
    expect([indexes.get(first), indexes.get(second)]).toEqual([1, 2])
  })

  it('gives each server of the successor the port that it had', async () => {
    const [a, b] = [await inherit(), await inherit()]
    const listeners = new InheritedListeners([
      { ...b, portZeroIndex: 2 },
      { ...a, portZeroIndex: 1 },
    ])
    const { attach, told } = attached({ listeners })
    const [first, second] = [await listen(attach(), ANY), await listen(attach(), ANY)]
    expect([first, second].map(portOf)).toEqual([a, b].map(({ bound }) => bound.kind === 'tcp' && bound.port))
    expect(told).toEqual(['adopts', 'adopts'])
  })
})

describe('an additional listener', () => {
  it('is one more address of a server: what it accepts are the connections of that', async () => {
    const { attach, servers } = attached()
    const server = await listen(attach(), ANY)
    const additional = await listen(servers.addListenerOf(server), ANY)
    await acceptedBy(server, additional)
    const [main, other] = [...servers]
    expect([main?.connections.open.size, other?.connections.open.size, other?.optional]).toEqual([1, 0, true])
  })

  it('that cannot listen is forgotten: it is no reason to fail', async () => {
    const { attach, servers, told, inOrder } = attached()
    const server = await listen(attach(), ANY)
    const additional = servers.addListenerOf(server).on('error', () => {})
    additional.listen(portOf(server), '127.0.0.1')
    await once(additional, 'error')
    expect([inOrder(), told]).toEqual([[server], ['listens', 'closed']])
  })

  it('is refused for a server that is not attached', () => {
    expect(() => attached().servers.addListenerOf(createServer())).toThrow(TypeError)
  })
})
