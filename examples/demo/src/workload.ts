import type { Load, Target, Worker, WorkerCounts } from '@zerodown/load'
import { startLoad } from '@zerodown/load'

const WORKERS: readonly (Worker & { name: string })[] = [
  { name: 'GET, keep-alive', kind: 'keepAlive', connections: 30, thinkTime: [0, 60] },
  { name: 'GET, a new connection each', kind: 'fresh', connections: 4, thinkTime: [0, 30] },
  { name: 'POST 16 kB, keep-alive', kind: 'post', connections: 10, size: 16_384, thinkTime: [0, 80] },
  { name: 'POST 64 kB, uploaded slowly', kind: 'post', connections: 4, size: 65_536, chunks: 8, chunkDelay: [0, 60] },
  { name: 'GET, answered after 400 ms', kind: 'slow', connections: 6, ms: 400 },
]

export function startWorkload(target: Target): Load {
  return startLoad({ target, workers: WORKERS, requestTimeout: 15_000, maxDuration: 180_000 })
}

/** The kinds of requests in their order, each with its counts. */
export function byKind(workers: Readonly<Record<string, WorkerCounts>>): [string, WorkerCounts][] {
  return WORKERS.flatMap(({ name }) => (workers[name] === undefined ? [] : [[name, workers[name]]]))
}

/** How many connections were opened by those that keep theirs. */
export function keptConnections(workers: Readonly<Record<string, WorkerCounts>>): number {
  const keeping = WORKERS.filter(({ kind }) => kind !== 'fresh')
  return keeping.reduce((sum, { name }) => sum + (workers[name]?.connectionsOpened ?? 0), 0)
}
