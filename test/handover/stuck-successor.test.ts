import type { Worker } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { askUntilClosed } from './stage/ask-until.ts'
import { counts, ledgerOf } from './stage/events.ts'
import { commit, openUsed, restartAndLeave, startGenerations } from './stage/server.ts'
import type { Wire } from './stage/wire.ts'
import { generationOf } from './stage/wire.ts'

const workers: Worker[] = [
  { kind: 'keepAlive', connections: 8, thinkTime: [0, 20] },
  { kind: 'post', connections: 4, size: 30_000, chunks: 4, chunkDelay: [0, 20], thinkTime: [0, 20] },
  { kind: 'pipelined', connections: 2, thinkTime: [0, 20] },
]

it('what a stuck successor has not taken in half of the time is told to close, so that nothing is cut', async () => {
  const server = await startGenerations({
    options: { drainTimeout: 8000 },
    generations: { 2: { busy: 3000 } },
  })
  const [silent, ...asking] = (await openUsed(server.target(), 6)) as [Wire, ...Wire[]]
  await commit(server)
  const { pid } = await server.waitForGeneration(2)
  server.signal('SIGSTOP', pid)

  expect(await Promise.all(asking.map(askUntilClosed))).toEqual(Array(5).fill(1))
  server.signal('SIGCONT', pid)

  // What is idle moves as ever, as soon as it can.
  expect(await ledgerOf(server, 1)).toEqual(counts({ finished: 5, handedOver: 1 }))
  expect(generationOf(await silent.ask())).toBe(2)
})

it('a load loses nothing to a successor that is stuck for most of the time', async () => {
  const server = await startGenerations({ options: { drainTimeout: 6000 }, generations: { 2: { busy: 4500 } } })
  const load = startLoad({ target: server.target(), workers })
  await load.waitFor(({ ok }) => ok > 100)

  await restartAndLeave(server)
  await load.waitFor(({ generations }) => (generations[2] ?? 0) > 100)

  const { failed, firstFailures, closedByServer } = await load.stop()
  expect({ failed, firstFailures }).toEqual({ failed: 0, firstFailures: [] })
  // All of them, unless the machine is so busy that an upload takes as long as the successor is stuck.
  expect(closedByServer.announced).toBeGreaterThan(0)
  expect(closedByServer.unannounced).toBe(0)
})
