import { startLoad } from '@zerodown/load'
import type { Load, Stats } from '@zerodown/load'
import { expect, it } from 'vitest'
import { descriptorsAtRest } from '../restart/descriptors.ts'
import { settled } from '../restart/settle.ts'
import type { ServerProcess } from '../support/index.ts'
import { startServer, until } from '../support/index.ts'

const RESTARTS = 100

it('restarts 100 times in a row under load: no request fails, no descriptor, process or zombie is left', async () => {
  const server = await startServer('descriptors')

  let load = startClients(server)
  await load.waitFor(({ ok }) => ok > 100)
  await restartUnder(load, server, 2)
  await settled(server)
  const first = await load.stop()
  const descriptors = await descriptorsAtRest(server)

  load = startClients(server)
  await load.waitFor(({ ok }) => ok > 100)
  for (let generation = 3; generation <= RESTARTS + 1; generation++) await restartUnder(load, server, generation)
  await settled(server)
  const rest = await load.stop()

  report([first, rest], server, descriptors)
  expect([first, rest]).toMatchObject([
    { failed: 0, firstFailures: [] },
    { failed: 0, firstFailures: [] },
  ])
  expect(Object.keys(rest.generations)).toHaveLength(RESTARTS)
  expect(await descriptorsAtRest(server)).toBe(descriptors)
  expect({ zombies: server.zombies(), orphans: server.orphans() }).toEqual({ zombies: [], orphans: [] })

  server.signal('SIGTERM')
  await until(() => server.alive().length === 0, 'the end')
})

function startClients(server: ServerProcess): Load {
  return startLoad({
    target: server.target(),
    maxDuration: 25 * 60_000,
    workers: [
      { kind: 'keepAlive', connections: 10, thinkTime: [0, 10] },
      { kind: 'fresh', connections: 4, thinkTime: [0, 5] },
      { kind: 'fresh', name: 'fresh post', connections: 2, size: 16_256, thinkTime: [0, 10] },
      { kind: 'post', connections: 4, size: 50_000, chunks: 4, chunkDelay: [0, 10], thinkTime: [0, 10] },
    ],
  })
}

/** The next one comes as soon as this one serves: predecessors may still be draining. */
async function restartUnder(load: Load, server: ServerProcess, generation: number): Promise<void> {
  expect(await server.restart()).toMatchObject({ generation })
  await load.waitFor(({ generations }) => (generations[generation] ?? 0) >= 10, 30_000)
}

function report(parts: Stats[], server: ServerProcess, descriptors: number): void {
  const sum = (of: (stats: Stats) => number): number => parts.reduce((total, part) => total + of(part), 0)
  const requests = sum((part) => part.requests)
  const failed = sum((part) => part.failed)
  const seconds = Math.round(sum((part) => part.elapsed) / 1000)
  const slowest = Math.max(...parts.map(({ latency }) => latency.max)).toFixed(0)
  const { generation } = server.latest
  console.log(
    `${process.env['ZERODOWN_TEST_NODE'] ?? process.execPath}: ${generation - 1} restarts in ${seconds} s, ` +
      `${requests} requests, ${failed} failed, the slowest ${slowest} ms, ${descriptors} descriptors`,
  )
}
