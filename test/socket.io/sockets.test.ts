import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, restartAndLeave, until } from '../support/index.ts'
import { converse } from './stage/conversation.ts'
import type { ChatSocket } from './stage/client.ts'
import { ChatClient } from './stage/client.ts'
import type { ChatServerOptions } from './stage/server.ts'
import { startChat } from './stage/server.ts'

async function open(
  count: number,
  options: ChatServerOptions = {},
  its: object = {},
): Promise<[ServerProcess, ...ChatClient[]]> {
  const server = await startChat(options)
  const clients = await Promise.all(Array.from({ length: count }, () => ChatClient.open(server.target(), its)))
  return [server, ...clients]
}

/** Has a client stay with the old process: nobody lets it into one of its namespaces. */
async function stay(client?: ChatClient): Promise<ChatSocket | undefined> {
  const [socket] = client?.sockets ?? []
  client?.manager.socket('/forever').connect()
  await socket?.ask('say', 1, 'a')
  return socket
}

const LATE = { env: { ANSWERS_WITHIN: '2000' } }

describe('a client that has moved', () => {
  it('is recovered, with its handshake, its data and its rooms', async () => {
    const [server, client] = await open(1)
    await client?.sockets[0]?.ask('say', 1, 'a')
    const [before] = eventsOf(server, 'connection')
    await restartAndLeave(server)
    expect(await client?.sockets[0]?.ask('say', 2, 'b')).toMatchObject({ generation: 2, isNext: true, rooms: 2 })
    const after = eventsOf(server, 'connection').find(({ by }) => by === 2)
    expect(after).toEqual({ ...before, by: 2, recovered: true })
  })

  it('has the late answer of a handler, which asks it something, and puts it into a room, in the old process', async () => {
    const [server, client, other] = await open(2, LATE)
    const late = client?.sockets[0]?.ask('late')
    await server.restart()
    expect(await late).toEqual({ generation: 1 })
    other?.sockets[0]?.socket.emit('shoutTo', 'late comers', 'welcome')
    await until(() => client?.sockets[0]?.shouts.length === 1, 'the shout')
    expect(other?.sockets[0]?.shouts).toEqual([])
  })

  it('answers what both processes have asked it first, and each gets the answer to its own question', async () => {
    const [server, client] = await open(1, { env: { ANSWERS_WITHIN: '6000' } })
    const [chat] = client?.sockets ?? []
    const held: ((answer: string) => void)[] = []
    chat?.socket.on('hold', (done: (answer: string) => void) => held.push(done))
    const first = chat?.ask('hold')
    await until(() => held.length === 1, 'the question of the old process')
    await server.restart()
    await server.waitForLog(/"event":"moved"/)
    const second = chat?.ask('hold')
    await until(() => held.length === 2, 'the question of the new process')
    held[0]?.('one')
    held[1]?.('two')
    expect(await Promise.all([first, second])).toEqual([
      { generation: 1, answer: 'one' },
      { generation: 2, answer: 'two' },
    ])
  })

  it('answers a process that is two generations older, and hears it', async () => {
    const [server, client, other] = await open(2, { env: { ANSWERS_WITHIN: '6000' } })
    const [chat] = client?.sockets ?? []
    const held: ((answer: string) => void)[] = []
    chat?.socket.on('hold', (done: (answer: string) => void) => held.push(done))
    const first = chat?.ask('hold')
    const late = other?.sockets[0]?.ask('late')
    await until(() => held.length === 1, 'the question')
    for (const by of [1, 2]) {
      await server.restart()
      await until(() => eventsOf(server, 'moved').filter((event) => event.by === by).length === 4, 'all to have moved')
    }
    held[0]?.('one')
    expect(await Promise.all([first, late])).toEqual([{ generation: 1, answer: 'one' }, { generation: 1 }])
    expect(await chat?.ask('say', 1, 'a')).toMatchObject({ generation: 3 })
  })

  it.each([
    ['when it has moved', 'lateLeave'],
    ['while it moves', 'frozenLeave'],
  ])('can be sent away by the old process %s, and both processes hear of it', async (_, event) => {
    const [server, client] = await open(1, LATE)
    client?.sockets[0]?.socket.emit(event)
    await server.restart()
    await until(() => client?.sockets[0]?.ends.length === 1, 'the end')
    expect(client?.sockets.map(({ ends }) => ends)).toEqual([['io server disconnect'], []])
    // Either may be the first to say so.
    for (const by of [1, 2]) await server.waitForLog(new RegExp(`"event":"disconnect","by":${by}`))
    expect(eventsOf(server, 'disconnect')).toHaveLength(2)
  })

  it('had polled before its connection was upgraded', async () => {
    const server = await startChat({ tick: 20, ask: 50 })
    const transports = ['polling', 'websocket']
    const counted = await converse(server, { clients: 4, restarts: 2, transports })
    expect(counted.messages).toBeGreaterThan(0)
  })

  it('is in a namespace that is made for it', async () => {
    const server = await startChat({ ask: 50 })
    const counted = await converse(server, { clients: 2, restarts: 1, namespaces: ['/room-7', '/'] })
    expect(counted.questions).toBeGreaterThan(0)
  })

  it('is recovered once more by connectionStateRecovery, which knows what was sent before the restart', async () => {
    const server = await startChat({ ioOptions: { connectionStateRecovery: {} } })
    const its = { reconnection: true, reconnectionDelay: 500, namespaces: ['/'] }
    const [client, other] = await Promise.all([1, 2].map(() => ChatClient.open(server.target(), its)))
    const [one] = client?.sockets ?? []
    other?.sockets[0]?.socket.emit('shout', 'before')
    await until(() => one?.shouts.length === 1, 'the first shout')
    const { id } = one?.socket ?? {}
    await restartAndLeave(server)
    client?.manager.engine.close()
    await until(() => one?.ends.length === 1, 'the end')
    other?.sockets[0]?.socket.emit('shout', 'meanwhile')
    await until(() => one?.shouts.length === 2, 'the second shout')
    expect([one?.socket.id, one?.socket.recovered, one?.shouts]).toEqual([id, true, ['before', 'meanwhile']])
  })
})

describe('while two processes serve', () => {
  it('clients of both are in the same rooms, are fetched once, and answer a broadcast', async () => {
    const [server, old] = await open(1, LATE, { namespaces: ['/'] })
    const first = await stay(old)
    await server.restart()
    await server.waitForLog(/has taken over/)
    const young = await ChatClient.open(server.target(), { namespaces: ['/'] })
    const [second] = young.sockets
    const ids = [first?.socket.id, second?.socket.id].toSorted()
    const all = (await second?.ask('everyone')) as string[] | undefined
    expect(all?.toSorted()).toEqual(ids)
    expect(await second?.ask('askEveryone')).toEqual(['all', 'all'])
    second?.socket.emit('shout', 'hello')
    await until(() => first?.shouts.length === 1 && second?.shouts.length === 1, 'the shout')
    expect([first?.ends, second?.ends]).toEqual([[], []])
    expect(await first?.ask('say', 2, 'b')).toMatchObject({ generation: 1 })
  })

  it('a question to all goes to each client once, wherever it is asked, and ends when all have answered', async () => {
    const [server, old, other] = await open(2, { env: { ...LATE.env, WELCOME: true } }, { namespaces: ['/'] })
    const [first, second] = [await stay(old), other?.sockets[0]]
    await server.restart()
    // When its client comes, the old process does not know yet that it has moved.
    await server.waitForLog(/"event":"welcome"/)
    expect(eventsOf(server, 'welcome')).toEqual([{ event: 'welcome', by: 2, answers: ['welcome', 'welcome'] }])
    await server.waitForLog(/"event":"moved"/)
    expect(await first?.ask('askEveryone')).toEqual(['all', 'all'])
    expect(await second?.ask('askEveryone')).toEqual(['all', 'all'])
    for (const one of [first, second])
      expect(Object.fromEntries(one?.questions ?? [])).toEqual({ 1: ['all'], 2: ['welcome', 'all'] })
  })
})
