import { describe, expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import { eventsOf, until } from '../support/index.ts'
import type { ChatSocket } from './stage/client.ts'
import { CLIENTS, DRAIN, SPREAD_OF_POLLS, expectSpread, options, watch } from './stage/closing.ts'
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

  it('where they poll and talk, under `zerodown run -w 2 --sticky`', async () => {
    const { server, target, roll } = await startSupervised('chat.mjs', {
      flags: ['--sticky', '--drain-timeout', String(DRAIN)],
    })
    const { closed, clients } = await watch({ target }, { transports: ['polling'] })
    const sockets = clients.map((client) => client.sockets[0] as ChatSocket)
    const talks = sockets.map((socket) => socket.talk(50, () => socket.ends.length > 0))
    await roll()
    await expectSpread(closed, SPREAD_OF_POLLS)
    await Promise.all(talks)
    expect(sockets.every(({ answers }) => answers.every(({ isNext }) => isNext))).toBe(true)
    await until(() => eventsOf(server, 'disconnect').length >= 2 * CLIENTS, 'all to be gone')
    expect(new Set(eventsOf(server, 'disconnect').map(({ reason }) => reason))).toEqual(new Set(['forced close']))
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
