import { freshBurst } from '../shared/fresh-request.ts'
import { KeptConnections } from '../shared/kept-connections.ts'
import { inTurns } from '../shared/pairs.ts'
import { percentile } from '../shared/statistics.ts'
import { cpuTimeOf } from './cpu-time.ts'
import { Fleet } from './fleet.ts'
import type { Side } from './sides.ts'

export interface Speed {
  /** Requests per second. */
  readonly throughput: number
  /** Latencies, ms. */
  readonly p50: number
  readonly p99: number
  /** CPU time of all processes of the fleet for one request, in µs. */
  readonly cpu: number
  /** How much of the time the client was on a core. */
  readonly client: number
}

export type Turn<Name extends string> = Record<Name, Speed>

export interface Speeds<Name extends string> {
  readonly kept: Turn<Name>[]
  readonly fresh: Turn<Name>[]
}

export interface SpeedOptions {
  readonly workers: number
  /** How many times new processes are measured: two fleets of the same program differ. */
  readonly rounds: number
  /** How often each side is measured in a round. */
  readonly turns: number
  /** In each burst. */
  readonly requests: { readonly kept: number; readonly fresh: number }
}

const KEPT = 50
const FRESH_AT_ONCE = 20

/** Bursts before the first that counts, until V8 has compiled what it will in each of the workers. */
const WARM_UP = 4

/** All requests on kept connections, and then a new connection for each. */
export async function measureSpeed<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  { workers, rounds, turns, requests }: SpeedOptions,
): Promise<Speeds<Name>> {
  const all: Speeds<Name> = { kept: [], fresh: [] }
  for (let round = 1; round <= rounds; round++) {
    const fleets = await startAll(sides, workers)
    const what = `${workers} workers, round ${round} of ${rounds}`
    all.kept.push(...(await measureKept(`${what}, kept connections: turn`, fleets, turns, requests.kept)))
    all.fresh.push(...(await measureFresh(`${what}, fresh connections: turn`, fleets, turns, requests.fresh)))
    await Promise.all(Object.values<Fleet>(fleets).map((fleet) => fleet.end()))
  }
  return all
}

/** One after the other: which of two starts disturbs the other is no matter then. */
export async function startAll<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  workers: number,
): Promise<Record<Name, Fleet>> {
  const fleets = {} as Record<Name, Fleet>
  for (const name of Object.keys(sides) as Name[]) fleets[name] = await Fleet.start(sides[name], workers)
  return fleets
}

async function measureKept<Name extends string>(
  what: string,
  fleets: Record<Name, Fleet>,
  turns: number,
  requests: number,
): Promise<Turn<Name>[]> {
  const opened = new Map<Fleet, KeptConnections>()
  for (const fleet of Object.values<Fleet>(fleets)) opened.set(fleet, await KeptConnections.open(fleet.port, KEPT))
  const burst = (fleet: Fleet, count: number, latencies?: number[]): Promise<number> =>
    (opened.get(fleet) as KeptConnections).burst(count, latencies)
  const speeds = await inBursts(what, fleets, turns, requests, burst)
  for (const connections of opened.values()) connections.close()
  return speeds
}

function measureFresh<Name extends string>(
  what: string,
  fleets: Record<Name, Fleet>,
  turns: number,
  requests: number,
): Promise<Turn<Name>[]> {
  return inBursts(what, fleets, turns, requests, ({ port }, count, latencies) =>
    freshBurst(port, count, FRESH_AT_ONCE, latencies),
  )
}

type Burst = (fleet: Fleet, requests: number, latencies?: number[]) => Promise<number>

async function inBursts<Name extends string>(
  what: string,
  fleets: Record<Name, Fleet>,
  turns: number,
  requests: number,
  burst: Burst,
): Promise<Turn<Name>[]> {
  const measured = {} as Record<Name, () => Promise<Speed>>
  for (const name of Object.keys(fleets) as Name[]) {
    const fleet = fleets[name]
    await burst(fleet, WARM_UP * requests)
    measured[name] = () => measure(fleet, requests, burst)
  }
  return inTurns(what, turns, measured)
}

async function measure(fleet: Fleet, requests: number, burst: Burst): Promise<Speed> {
  const latencies: number[] = []
  const { processes } = fleet
  const before = cpuTimeOf(processes)
  const own = process.cpuUsage()
  const took = await burst(fleet, requests, latencies)
  const { user, system } = process.cpuUsage(own)
  const cpu = cpuTimeOf(processes) - before
  return {
    throughput: requests / (took / 1000),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    cpu: (1000 * cpu) / requests,
    client: (user + system) / 1000 / took,
  }
}
