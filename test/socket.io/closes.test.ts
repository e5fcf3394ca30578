import { expect, it } from 'vitest'
import { eventsOf, until } from '../support/index.ts'
import { CLIENTS, DRAIN, SPREAD_OF_POLLS, expectSpread, options, watch } from './stage/closing.ts'
import type { ChatSocket } from './stage/client.ts'
import { VERSIONS, startChat } from './stage/server.ts'

it('clients that the new process refuses are answered by the old one, and closed, not all at once', async () => {
  const server = await startChat({ options, tick: 5, generations: { 2: { refuse: true } } })
  const { closed, clients } = await watch(server)
  const answers = clients.map((client) => client.sockets[1]?.ask('say', 1, 'a'))
  await server.restart()
  await expectSpread(closed)
  expect(await Promise.all(answers)).toHaveLength(CLIENTS)
  // What the new process has sent while it was asked, they have had from the old one.
  for (const { ticks } of clients.flatMap(({ sockets }) => sockets)) {
    for (const numbers of ticks.values()) expect(numbers).toEqual(numbers.map((_, at) => Number(numbers[0]) + at))
    expect(ticks.get(2)?.[0]).toBe(1)
  }
  expect(new Set(clients.flatMap(({ sockets }) => sockets[0]?.ends ?? []))).toEqual(new Set(['transport close']))
})

it.each(VERSIONS)(
  'clients that poll and talk are served on by the old process until it closes them: %s',
  async (version) => {
    const server = await startChat({ version, options, tick: 50 })
    const { closed, clients } = await watch(server, { transports: ['polling'] })
    const sockets = clients.map((client) => client.sockets[0])
    const talks = sockets.map((socket) => socket?.talk(20, () => socket.ends.length > 0))
    await server.restart()
    await expectSpread(closed, SPREAD_OF_POLLS)
    await Promise.all(talks)
    await server.waitForExit()
    const reasons = new Set(eventsOf(server, 'disconnect').map(({ reason }) => reason))
    expect(reasons).toEqual(new Set(['forced close']))
    for (const { answers, ticks, ends } of sockets as ChatSocket[]) {
      expect(answers.length).toBeGreaterThan(10)
      expect(answers.every(({ isNext, generation }) => isNext && generation === 1)).toBe(true)
      // Or it is in the middle of a request at that moment.
      expect(ends).toEqual([expect.stringMatching(/^transport (close|error)$/)])
      const [its] = ticks.values()
      expect(its).toEqual(its?.map((_, at) => Number(its[0]) + at))
    }
  },
)

it('clients that poll find their session while both processes accept, whichever of them has it', async () => {
  const server = await startChat({ options: { ...options, probation: 5000 } })
  await server.restart()
  const { clients } = await watch(server, { transports: ['polling'] })
  const sockets = clients.map((client) => client.sockets[0] as ChatSocket)
  let over = false
  const talks = sockets.map((socket) => socket.talk(20, () => over))
  await until(() => sockets.every(({ answers }) => answers.length > 5), 'answers')
  const ends = sockets.flatMap((socket) => socket.ends)
  over = true
  await Promise.all(talks)
  expect(ends).toEqual([])
  expect(sockets.every(({ answers }) => answers.every(({ isNext }) => isNext))).toBe(true)
})

const MANY = 40

it('a new process that dies in the middle of the moves takes along only what has moved', async () => {
  const server = await startChat({ options, generations: { 2: { dieAfter: 5 } } })
  const { closed } = await watch(server, {}, MANY)
  await server.restart()
  await until(() => closed.length === MANY, 'all to be closed', DRAIN + 10_000)
  await server.waitForExit(server.pid, DRAIN + 10_000)
  const idsOf = (event: string): unknown[] => eventsOf(server, event).flatMap(({ by, id }) => (by === 1 ? [id] : []))
  const [moved, servedOn] = [idsOf('moved'), idsOf('disconnect')]
  // Each has two sockets. Three had come, and as their middleware waits, 16 may have been on their way.
  expect(servedOn.length).toBeGreaterThanOrEqual(2 * (MANY - 3 - 16))
  expect(servedOn.filter((id) => moved.includes(id))).toEqual([])
})
