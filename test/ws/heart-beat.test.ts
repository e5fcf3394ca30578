import { expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, startServer, until } from '../support/index.ts'
import type { WebSocketClient } from './stage/client.ts'
import { openClients } from './stage/server.ts'

const CLIENTS = 20

const beatsOf = (server: ServerProcess, generation: number): object[] =>
  eventsOf(server, 'beat').filter(({ by }) => by === generation)

async function restart(server: ServerProcess, by: number): Promise<void> {
  await server.restart()
  const moved = (): number => eventsOf(server, 'moved').filter((one) => one.by === by).length
  await until(() => moved() === CLIENTS, `the moves from generation ${by}`)
}

/** They answer the pings that they have, and know that the process which reads them has got the answers. */
async function answer(clients: readonly WebSocketClient[], generation: number): Promise<void> {
  for (const client of clients) {
    const before = client.texts.length
    client.answerPings()
    client.send('x')
    expect((await client.waitFor(before + 1)).at(-1)).toBe(`${generation} x`)
  }
}

/** All generations that live beat once more, and find all clients alive. */
async function beat(server: ServerProcess, clients: readonly WebSocketClient[], number: number): Promise<void> {
  clients[0]?.send('beat')
  await until(() => beatsOf(server, 1).length === number, `beat ${number}`)
  expect(beatsOf(server, 1).at(-1)).toEqual({ event: 'beat', by: 1, clients: CLIENTS, terminated: 0 })
}

it.each([
  ['one restart', 1],
  ['two restarts', 2],
])(
  'a ping of before a move is answered for the process that has sent it, though the pong comes after %s',
  async (_, restarts) => {
    const server = await startServer('heart-beat')
    const clients = await openClients(server, CLIENTS, { holdsPings: true })
    await beat(server, clients, 1)
    for (const client of clients) await client.until(() => client.pings.length === 1, 'the ping')

    for (let by = 1; by <= restarts; by += 1) await restart(server, by)
    const generation = restarts + 1
    await answer(clients, generation)
    await beat(server, clients, 2)
    for (const client of clients) await client.until(() => client.pings.length === generation, 'the pings of all')
    await answer(clients, generation)
    await beat(server, clients, 3)

    for (const client of clients) await client.until(() => client.pings.length === generation, 'the pings of all')
    expect(eventsOf(server, 'beat').filter(({ terminated }) => terminated !== 0)).toEqual([])
    expect(clients.map(({ end }) => end)).toEqual(clients.map(() => undefined))
  },
)
