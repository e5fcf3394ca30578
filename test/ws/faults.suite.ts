import { expect, it } from 'vitest'
import { ledgerOf } from '../handover/stage/events.ts'
import type { ServerProcess } from '../support/index.ts'
import { inspectProcess, until } from '../support/index.ts'
import type { WebSocketClient } from './stage/client.ts'
import { openClients, startWs } from './stage/server.ts'

const CLIENTS = 60

/** Which generation answers each, or how it has ended. */
async function whoAnswers(clients: readonly WebSocketClient[]): Promise<string[]> {
  return Promise.all(
    clients.map(async (client) => {
      const before = client.texts.length
      client.send('x')
      await client.until(() => client.end !== undefined || client.texts.length > before, 'an answer, or the end')
      const [generation] = client.texts.at(before)?.split(' ') ?? []
      return generation ?? `ended with ${client.end?.code}`
    }),
  )
}

const stopped = (pid: number): Promise<unknown> => until(() => inspectProcess(pid)?.state === 'T', `the stop of ${pid}`)

const count = (all: readonly string[], one: string): number => all.filter((each) => each === one).length

/** The pid of the second generation, as soon as so many WebSockets have come to it. */
async function whenSomeCame(server: ServerProcess, pattern: RegExp): Promise<number> {
  server.signal('SIGUSR2')
  const { pid } = await server.waitForGeneration(2)
  await server.waitForLog(pattern)
  return pid
}

it('the successor is killed in the midst of the moves: what had not moved is served on, and what is lost is counted', async () => {
  const server = await startWs({ generations: { 2: { afterTaken: [20, 'SIGKILL'] } } })
  const clients = await openClients(server, CLIENTS)
  const pid = await whenSomeCame(server, /"event":"taken"/)
  await server.waitForExit(pid)

  const answers = await whoAnswers(clients)
  const lost = count(answers, 'ended with 1006')
  // The first ones may have been closed by now, as there is nobody to whom they could move.
  expect(count(answers, '1') + count(answers, 'ended with 1012') + lost).toBe(CLIENTS)
  // Those that had come, and those that were on their way.
  expect(lost).toBeGreaterThanOrEqual(20)
  expect(lost).toBeLessThan(CLIENTS)
  server.signal('SIGTERM', server.pid)
  const { handedOver, unconfirmed } = await ledgerOf(server, 1)
  expect(handedOver + unconfirmed).toBe(lost)
})

it('the successor is stopped and continued in the midst of the moves: nothing is lost', async () => {
  const server = await startWs({ generations: { 2: { afterTaken: [20, 'SIGSTOP'] } } })
  const clients = await openClients(server, CLIENTS)
  const pid = await whenSomeCame(server, /"event":"taken"/)
  await stopped(pid)

  // Most have not moved, and are served as if nothing were.
  const quick: WebSocketClient[] = []
  for (const client of clients) client.send('x')
  await until(() => clients.filter(({ texts }) => texts.length > 0).length >= 10, 'answers of the old process')
  for (const client of clients) if (client.texts[0]?.startsWith('1 ') === true) quick.push(client)
  server.signal('SIGCONT', pid)
  await server.waitForExit(server.pid, 30_000)
  const answers = await whoAnswers(clients)

  expect(quick.length).toBeGreaterThanOrEqual(10)
  expect(answers).toEqual(clients.map(() => '2'))
  expect(clients.map(({ texts }) => texts.map((text) => text.slice(2)))).toEqual(clients.map(() => ['1 x', '2 x']))
})

it('the old process is stopped and continued in the midst of the moves: nothing is lost', async () => {
  const server = await startWs({ generations: { 2: { afterTaken: [20, 'parent'] } } })
  const clients = await openClients(server, CLIENTS)
  await whenSomeCame(server, /"event":"taken"/)
  await stopped(server.pid)
  server.signal('SIGCONT', server.pid)
  await server.waitForExit(server.pid, 30_000)
  expect(await whoAnswers(clients)).toEqual(clients.map(() => '2'))
})

it('the successor refuses from the midst of the moves on: what had not moved is served on, and closed with 1012', async () => {
  const server = await startWs({ options: { drainTimeout: 4000 }, generations: { 2: { afterTaken: [20, 'refuse'] } } })
  const clients = await openClients(server, CLIENTS)
  await whenSomeCame(server, /"event":"taken"/)
  await server.waitForExit(server.pid, 30_000)
  const answers = await whoAnswers(clients)
  expect([count(answers, '2'), count(answers, 'ended with 1012')]).toEqual([20, CLIENTS - 20])
})

it('a release that is rolled back has moved nothing', async () => {
  const server = await startWs({ options: { probation: 60_000 } })
  const clients = await openClients(server, 10)
  server.signal('SIGUSR2')
  const { pid } = await server.waitForGeneration(2)
  server.signal('SIGKILL', pid)
  await server.waitForLog(/failed|rolled back/i)
  expect(await whoAnswers(clients)).toEqual(clients.map(() => '1'))
})
