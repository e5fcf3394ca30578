import { expect, it } from 'vitest'
import { restartAndLeave } from '../../packages/adapter-suite/src/restarts.ts'
import { startExample, startClient } from './stage/mcp-client.ts'

it('examples/mcp: calls and notifications go on through restarts, in one session', async () => {
  const server = await startExample()
  const client = await startClient(server.target())
  const calls = client.callOnAndOn(100)
  for (let restart = 1; restart <= 2; restart += 1) await restartAndLeave(server)
  await calls.stop()
  await client.hearsMoreTicks(5)

  expect(client.faults).toEqual([])
  expect(client.counts).toEqual(client.counts.map((_, at) => at + 1))
  expect(client.gets).toBe(1)
  expect(new Set(client.pids).size).toBe(3)
  expect(client.sessionIds).toHaveLength(1)
})
