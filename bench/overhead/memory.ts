import type { Pair } from '../shared/pairs.ts'
import { inPairs } from '../shared/pairs.ts'
import { ServerProcess } from '../shared/server-process.ts'
import { KeptConnections } from '../shared/kept-connections.ts'
import type { Kind, Kinds } from './program.ts'
import { PROGRAM } from './program.ts'

/** What one open connection takes, in kB. */
export interface Memory {
  /** What V8 knows of: the heap, and what is held outside of it. */
  readonly heap: number
  /** What the process takes from the system, as far as it shows there. */
  readonly rss: number
}

export interface MemoryOptions {
  readonly pairs: number
  readonly connections: number
}

/** Idle keep-alive connections that have each made one request. */
export function measureMemory(kinds: Kinds, { pairs, connections }: MemoryOptions): Promise<Pair<Memory>[]> {
  return inPairs('memory', pairs, {
    base: () => measure(kinds.base, connections),
    ours: () => measure(kinds.ours, connections),
  })
}

/** In a new process each time: what an earlier one left free would be used again. */
async function measure(kind: Kind, count: number): Promise<Memory> {
  const server = await ServerProcess.start(PROGRAM, [kind], ['--expose-gc'])
  // What is made once, and not for each connection, is there before the first measurement.
  const first = await KeptConnections.open(server.port, 100)
  await first.burst(10_000)
  const before = await server.ask<NodeJS.MemoryUsage>('memory')
  const connections = await KeptConnections.open(server.port, count)
  const after = await server.ask<NodeJS.MemoryUsage>('memory')
  for (const opened of [first, connections]) opened.close()
  await server.end()
  return {
    heap: (after.heapUsed + after.external - before.heapUsed - before.external) / 1024 / count,
    rss: (after.rss - before.rss) / 1024 / count,
  }
}
