import { expect, it } from 'vitest'
import { restartAndLeave } from '../support/index.ts'
import { startClient, startExample } from './stage/mcp-client.ts'

it(
  'examples/mcp: five clients lose no call and no notification in 20 restarts, and each keeps its session',
  { timeout: 300_000 },
  async () => {
    const server = await startExample()
    const clients = await Promise.all(Array.from({ length: 5 }, () => startClient(server.target())))
    const calls = clients.map((client, at) => client.callOnAndOn(20 + 40 * at))
    for (let restart = 1; restart <= 20; restart += 1) await restartAndLeave(server)
    await Promise.all(calls.map((one) => one.stop()))
    await Promise.all(clients.map((client) => client.hearsMoreTicks(5)))

    const sum = (numbers: number[]): number => numbers.reduce((all, one) => all + one, 0)
    console.log(
      `${sum(clients.map(({ counts }) => counts.length))} calls, ${sum(clients.map(({ progress }) => progress))} of progress, ` +
        `${sum(clients.map(({ ticks }) => ticks.length))} notifications`,
    )
    for (const client of clients) {
      expect(client.faults).toEqual([])
      expect(client.counts).toEqual(client.counts.map((_, at) => at + 1))
      expect(client.progress).toBe(client.counts.length)
      expect(client.gets).toBe(1)
      expect(client.sessionIds).toHaveLength(1)
    }
  },
)
