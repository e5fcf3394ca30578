import type { Pair } from '../shared/pairs.ts'
import { inPairs } from '../shared/pairs.ts'
import { freshBurst } from '../shared/fresh-request.ts'
import { ServerProcess } from '../shared/server-process.ts'
import { KeptConnections } from '../shared/kept-connections.ts'
import { PROGRAM } from './program.ts'
import type { Kinds } from './program.ts'

export interface Speed {
  /** Requests per second. */
  readonly throughput: number
  /** CPU time of the server's process for one request, in µs. */
  readonly cpu: number
  /** How much of the time it was on a core: near 1, the server was what limited the throughput. */
  readonly busy: number
}

export interface SpeedOptions {
  /** How many times two new processes are measured: two of the same program differ, by where their memory came to be. */
  readonly rounds: number
  /** Pairs in each of them. */
  readonly pairs: number
  readonly connections: number
  /** In each burst. */
  readonly requests: number
}

/** Requests on connections that are kept. */
export function measureKept(kinds: Kinds, options: SpeedOptions): Promise<Pair<Speed>[]> {
  return inRounds('keep-alive', kinds, options, async (server) => {
    const connections = await KeptConnections.open(server.port, options.connections)
    return { burst: (requests) => connections.burst(requests), close: () => connections.close() }
  })
}

/** A new connection for every request. */
export function measureFresh(kinds: Kinds, options: SpeedOptions): Promise<Pair<Speed>[]> {
  return inRounds('new connections', kinds, options, async (server) => ({
    burst: (requests) => freshBurst(server.port, requests, options.connections),
    close: () => {},
  }))
}

/** Bursts before the first that counts, until V8 has compiled what it will. */
const WARM_UP = 10

interface Load {
  burst(requests: number): Promise<number>
  close(): void
}

async function inRounds(
  what: string,
  kinds: Kinds,
  { rounds, pairs, requests }: SpeedOptions,
  openLoad: (server: ServerProcess) => Promise<Load>,
): Promise<Pair<Speed>[]> {
  const all: Pair<Speed>[] = []
  for (let round = 1; round <= rounds; round++) {
    // Who was started first is no more than chance.
    const starts = round % 2 === 0 ? (['ours', 'base'] as const) : (['base', 'ours'] as const)
    const servers = {} as Record<'base' | 'ours', ServerProcess>
    for (const side of starts) servers[side] = await ServerProcess.start(PROGRAM, [kinds[side]])
    const { base, ours } = servers
    const loads = { base: await openLoad(base), ours: await openLoad(ours) }
    for (const load of Object.values(loads)) await load.burst(WARM_UP * requests)
    all.push(
      ...(await inPairs(`${what}, round ${round} of ${rounds}`, pairs, {
        base: () => measure(base, loads.base, requests),
        ours: () => measure(ours, loads.ours, requests),
      })),
    )
    for (const load of Object.values(loads)) load.close()
    await Promise.all([base.end(), ours.end()])
  }
  return all
}

async function measure(server: ServerProcess, load: Load, requests: number): Promise<Speed> {
  const before = await cpuTime(server)
  const took = await load.burst(requests)
  const cpu = (await cpuTime(server)) - before
  return { throughput: requests / (took / 1000), cpu: cpu / requests, busy: cpu / 1000 / took }
}

/** In µs. */
async function cpuTime(server: ServerProcess): Promise<number> {
  const { user, system } = await server.ask<NodeJS.CpuUsage>('cpu')
  return user + system
}
