import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { restartAndLeave } from '../support/index.ts'
import type { CountingClient } from './stage/mcp-client.ts'
import { startClient, startExample, startInSlots } from './stage/mcp-client.ts'

/** Nothing was lost, and three processes have answered, one after the other. */
function expectOneSession(client: CountingClient): void {
  expect(client.faults).toEqual([])
  expect(client.counts).toEqual(client.counts.map((_, at) => at + 1))
  expect(client.gets).toBe(1)
  expect(new Set(client.pids).size).toBe(3)
  expect(client.sessionIds).toHaveLength(1)
}

it('examples/mcp: calls and notifications go on through restarts, in one session', async () => {
  const server = await startExample()
  const client = await startClient(server.target())
  const calls = client.callOnAndOn(100)
  for (let restart = 1; restart <= 2; restart += 1) await restartAndLeave(server)
  await calls.stop()
  await client.hearsMoreTicks(5)
  expectOneSession(client)
})

it('examples/mcp: a call of the old process asks the user, whose answer comes to its successor', async () => {
  const server = await startExample()
  const { pid } = server.latest
  const client = await startClient(server.target())
  await client.addIfAllowed(async () => {
    server.signal('SIGUSR2')
    await server.waitForLog(/has taken over; draining/)
    // Meanwhile the connections that are idle move.
    await wait(500)
  })
  expect(client.faults).toEqual([])
  expect([client.counts, client.pids]).toEqual([[1], [pid]])

  const calls = client.callOnAndOn(10)
  await server.waitForExit(pid)
  await calls.stop()
  await client.hearsMoreTicks(5)
  expect(client.faults).toEqual([])
  expect(client.counts).toEqual(client.counts.map((_, at) => at + 1))
  expect(client.pids).toEqual([pid, server.latest.pid])
  expect(client.sessionIds).toHaveLength(1)
})

it('examples/mcp: under zerodown run -w 2 --sticky, too', async () => {
  const { server, target, workers, roll } = await startInSlots()
  const client = await startClient(target())
  const calls = client.callOnAndOn(100)
  for (let restart = 1; restart <= 2; restart += 1) {
    const before = workers()
    expect(await roll()).toBe('restarted 2 slots')
    await Promise.all(before.map((pid) => server.waitForExit(pid)))
  }
  await calls.stop()
  await client.hearsMoreTicks(5)
  expectOneSession(client)
})
