import { describe, expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { expectSpread, options, watch } from './stage/closing.ts'
import { startChat } from './stage/server.ts'

describe('clients that cannot move are closed, not all at once', () => {
  it('of Socket.IO 4.5', async () => {
    const server = await startChat({ version: 'socket.io-4.5', options })
    const { closed } = await watch(server)
    await server.restart()
    await server.waitForLog(/this version of it, or its engine, is not known/)
    await expectSpread(closed)
  })

  it('at a shutdown', async () => {
    const server = await startChat({ options })
    const { closed } = await watch(server)
    server.signal('SIGTERM')
    await expectSpread(closed)
  })

  it('where they poll; they connect again by themselves, with the same id where sessions are kept', async () => {
    const server = await startChat({ options, ioOptions: { connectionStateRecovery: {} } })
    const its = { transports: ['polling'], reconnection: true, reconnectionDelay: 100 }
    const { closed, clients } = await watch(server, its)
    clients[0]?.sockets[0]?.socket.emit('shout', 'before')
    await until(() => clients.every(({ sockets }) => sockets[0]?.shouts.length === 1), 'the first shout')
    const ids = clients.map(({ sockets }) => sockets[0]?.socket.id)
    await server.restart()
    await expectSpread(closed)
    await until(() => clients.every(({ sockets }) => sockets[0]?.socket.connected === true), 'all to be back', 10_000)
    expect(clients.map(({ sockets }) => [sockets[0]?.socket.id, sockets[0]?.socket.recovered])).toEqual(
      ids.map((id) => [id, true]),
    )
  })
})
