import { expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, restartAndLeave, startServer, until } from '../support/index.ts'
import { openClients } from './stage/server.ts'

const CLIENTS = 3

const lossesOf = (server: ServerProcess): string[] =>
  server.output.lines.flatMap((line) => /messages for WebSockets .*/.exec(line) ?? [])

it('what the old process sends after its last word arrives, for as long as it lives', async () => {
  const server = await startServer('late', { generations: { 1: { sends: 'all' } } })
  const clients = await openClients(server, CLIENTS)
  await restartAndLeave(server)
  for (const client of clients) {
    expect(await client.waitFor(3)).toEqual(['while a hook runs', 'when it has stopped', 'when it exits'])
  }
  expect(lossesOf(server)).toEqual([])
})

it('what is not whole when the old process ends is counted as lost', async () => {
  const server = await startServer('late', { generations: { 1: { sends: 'a half' } } })
  const clients = await openClients(server, CLIENTS)
  await restartAndLeave(server)
  for (const client of clients) expect(await client.waitFor(2)).toEqual(['while a hook runs', 'when it has stopped'])
  await server.waitForLog(/before they were whole/)
  expect(lossesOf(server)).toEqual([
    `messages for WebSockets that have moved are lost (${CLIENTS}): this process has ended before they were whole.`,
  ])
})

it('what the old process sends when the new one has gone is counted as lost', async () => {
  const server = await startServer('late', { env: { ANSWERS_WITHIN: '10000' } })
  await openClients(server, CLIENTS)
  const { pid } = await server.restart()
  await until(() => eventsOf(server, 'moved').length === CLIENTS, 'the moves')
  server.signal('SIGKILL', pid)
  await server.waitForLog(/"event":"sent to nobody"/)
  await until(() => lossesOf(server).length > 0, 'a warning')
  expect(lossesOf(server)).toEqual([
    `messages for WebSockets that have moved are lost (${CLIENTS}): the process that has the WebSockets has gone.`,
  ])
})
