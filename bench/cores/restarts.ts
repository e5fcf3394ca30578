import { setTimeout as wait } from 'node:timers/promises'
import type { Worker } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { inTurns } from '../shared/pairs.ts'
import { Fleet } from './fleet.ts'
import type { Side } from './sides.ts'

/** What clients see of one restart of all workers. */
export interface Restart {
  readonly requests: number
  readonly failed: number
  readonly reopened: number
  /** The worst latency. ms */
  readonly worst: number
  /** How long the command took. ms */
  readonly took: number
}

export interface RestartSide {
  readonly side: Side
  /** Of the program. */
  readonly args: readonly string[]
}

const THINK_TIME = [0, 10] as const
const LOAD: readonly Worker[] = [
  { kind: 'keepAlive', connections: 20, thinkTime: THINK_TIME },
  { kind: 'fresh', connections: 5, thinkTime: THINK_TIME },
  { kind: 'post', connections: 5, size: 16_384, thinkTime: THINK_TIME },
]

/** Before and after each restart. ms */
const CALM = 1000

/** Restarts all workers under a moderate load, by clients that never retry. */
export async function measureRestarts<Name extends string>(
  sides: Readonly<Record<Name, RestartSide>>,
  workers: number,
  restarts: number,
): Promise<Record<Name, Restart>[]> {
  const fleets: Fleet[] = []
  const measured = {} as Record<Name, () => Promise<Restart>>
  for (const name of Object.keys(sides) as Name[]) {
    const { side, args } = sides[name]
    const fleet = await Fleet.start(side, workers, args)
    fleets.push(fleet)
    measured[name] = () => restartUnderLoad(fleet)
  }
  const turns = await inTurns('restart under load', restarts, measured)
  await Promise.all(fleets.map((fleet) => fleet.end()))
  return turns
}

async function restartUnderLoad(fleet: Fleet): Promise<Restart> {
  const load = startLoad({ target: { host: '127.0.0.1', port: fleet.port }, workers: LOAD })
  await wait(CALM)
  const took = await fleet.restart()
  await wait(CALM)
  const { requests, failed, reopened, latency } = await load.stop()
  return { requests, failed, reopened, worst: latency.max, took }
}
