import { expect } from 'vitest'
import type { ServerProcess } from '../../support/index.ts'
import { eventsOf, restartAndLeave, until } from '../../support/index.ts'
import type { ChatOptions } from './client.ts'
import { ChatClient } from './client.ts'

export interface Conversation extends ChatOptions {
  readonly clients: number
  readonly restarts: number
  /** How long each waits between two messages. Default 20 ms */
  readonly pause?: number
  /** Where the server listens. */
  readonly target?: ReturnType<ServerProcess['target']>
  /** Default: it sends SIGUSR2 and waits until the old process has gone. */
  readonly restart?: (server: ServerProcess) => Promise<unknown>
}

/** What has gone to and fro. */
export interface Counted {
  readonly messages: number
  readonly questions: number
  readonly ticks: number
}

/**
 * Many clients talk, are asked, and hear the ticks of a room, while the server restarts. Everything has to come once and in
 * order, each acknowledgement in both directions, and nobody may notice a thing.
 */
export async function converse(
  server: ServerProcess,
  {
    clients,
    restarts,
    pause = 20,
    target = server.target(),
    restart = (one) => restartAndLeave(one, { leaves: 30_000 }),
    ...options
  }: Conversation,
): Promise<Counted> {
  const all = await Promise.all(Array.from({ length: clients }, () => ChatClient.open(target, options)))
  const sockets = all.flatMap((client) => client.sockets)
  const ids = sockets.map(({ socket }) => socket.id)
  let over = false
  const talks = sockets.map((socket) => socket.talk(pause, () => over))
  for (let round = 0; round < restarts; round += 1) await restart(server)
  over = true
  const said = await Promise.all(talks)
  const ticks = eventsOf(server, 'count')
  await until(
    () => sockets.every((socket) => ticks.every(({ generation, ticks: n }) => hasTicked(socket.ticks, generation, n))),
    'the last ticks',
  )
  for (const [at, socket] of sockets.entries()) {
    expect(socket.ends).toEqual([])
    expect(socket.failures).toEqual([])
    expect(socket.ids).toEqual([ids[at]])
    expect(socket.socket.id).toBe(ids[at])
    expect(socket.answers.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(upTo(said[at] ?? 0))
    expect(socket.answers.filter(({ isNext, id, rooms }) => !isNext || id !== ids[at] || rooms !== 2)).toEqual([])
    for (const [, numbers] of socket.ticks) expect(numbers).toEqual(upTo(numbers.length, numbers[0]))
    for (const generation of [...socket.ticks.keys()].slice(1)) expect(socket.ticks.get(generation)?.[0]).toBe(1)
    for (const [, numbers] of socket.questions) expect(new Set(numbers).size).toBe(numbers.length)
  }
  expect(eventsOf(server, 'disconnect')).toEqual([])
  for (const { asked, answered, refused } of ticks) expect([refused, answered]).toEqual([0, asked])
  for (const client of all) client.close()
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
  const heard = (of: (socket: (typeof sockets)[number]) => Map<number, unknown[]>): number =>
    sum(sockets.flatMap((socket) => [...of(socket).values()].map(({ length }) => length)))
  return { messages: sum(said), questions: heard((one) => one.questions), ticks: heard((one) => one.ticks) }
}

const upTo = (count: number, from = 1): number[] => Array.from({ length: count }, (_, at) => from + at)

function hasTicked(ticks: ReadonlyMap<number, readonly number[]>, generation: unknown, n: unknown): boolean {
  return n === 0 || ticks.get(Number(generation))?.at(-1) === n
}
