import { setTimeout as sleep } from 'node:timers/promises'
import type { Load } from '@zerodown/load'
import type { Example, Generation } from './example.ts'
import { keptConnections } from './workload.ts'

/** What one restart was like for the clients. */
export interface Restart {
  generation: number
  pid: number
  /** From the signal to the first answer of the new generation, in ms. */
  firstAnswer: number
  /** From the signal until the old generation had left, in ms. */
  took: number
  requests: number
  failed: number
  worstLatency: number
  /** Connections opened so far by clients that keep theirs. */
  connections: number
}

// At least this long is watched, so that what goes wrong late is seen as well.
const SPAN = 2000

/** Sends SIGUSR2 to the generation that serves, and watches the load until the next one has answered and the old one left. */
export async function restart(example: Example, load: Load, old: Generation): Promise<[Restart, Generation]> {
  const before = load.stats()
  load.takeMax()
  const signalled = performance.now()
  process.kill(old.pid, 'SIGUSR2')
  const firstAnswer = load
    .waitFor(({ generations }) => (generations[old.generation + 1] ?? 0) > 0, 30_000)
    .then(() => performance.now() - signalled)
  const [next, answered] = await Promise.all([example.generation(old.generation + 1), firstAnswer])
  await example.left(old)
  const took = performance.now() - signalled
  await sleep(Math.max(0, SPAN - took))
  const after = load.stats()
  const row: Restart = {
    generation: next.generation,
    pid: next.pid,
    firstAnswer: answered,
    took,
    requests: after.requests - before.requests,
    failed: after.failed - before.failed,
    worstLatency: load.takeMax(),
    connections: keptConnections(after.workers),
  }
  return [row, next]
}
