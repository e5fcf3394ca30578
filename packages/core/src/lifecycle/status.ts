import type { Ledger } from '../drain/ledger.ts'
import type { Origin } from '../restart/origin.ts'
import { isInCharge } from '../restart/origin.ts'
import type { ConnectionCount } from '../servers/count-connections.ts'
import { countConnections } from '../servers/count-connections.ts'
import type { Context } from './context.ts'
import type { Restarts, SuccessorStatus } from './restarts.ts'
import type { State } from './state.ts'

/** A snapshot of a process. */
export interface Status {
  readonly pid: number
  /** The number of this process in its chain, from 1. */
  readonly generation: number
  readonly state: State
  /** When it came into that state: ms since the epoch, as `Date.now()`. */
  readonly since: number
  /** Whether it is in charge of the service: from its predecessor's commit on, or from the predecessor's end. */
  readonly inCharge: boolean
  /** What it listens on, in the order of the `listen()` calls. */
  readonly listeners: readonly ListenerStatus[]
  /** Its open connections by kind, of all listeners together. */
  readonly connections: readonly ConnectionCount[]
  /** Requests in flight: HTTP/1.1 connections that are not idle, and open streams of HTTP/2. */
  readonly requests: number
  /** The process that is being started, is in its probation, or has taken over; `undefined`: there is none. */
  readonly successor: SuccessorStatus | undefined
  /** Whether a trigger is queued, so that one more restart follows. */
  readonly restartQueued: boolean
  /** What became of the connections so far; `undefined` before the drain begins. */
  readonly drain: Ledger | undefined
}

export interface ListenerStatus {
  /** `tcp:127.0.0.1:8080`, `unix:/run/app.sock` */
  readonly key: string
  /** Whether it came from the predecessor. */
  readonly adopted: boolean
}

/** Of a process in which nothing listens yet. */
export const statusBeforeStart = (origin: Origin): Status => ({
  pid: process.pid,
  generation: origin.generation,
  state: 'starting',
  since: Math.round(performance.timeOrigin),
  inCharge: isInCharge(origin),
  listeners: [],
  connections: [],
  requests: 0,
  successor: undefined,
  restartQueued: false,
  drain: undefined,
})

export function statusOf({ origin, state, servers }: Context, restarts: Restarts, ledger: Ledger): Status {
  const { connections, requests } = countConnections(servers)
  return {
    pid: process.pid,
    generation: origin.generation,
    state: state.current,
    since: state.since,
    inCharge: isInCharge(origin),
    listeners: servers.listening.map(({ key, adopted }) => ({ key, adopted })),
    connections,
    requests,
    successor: restarts.successor,
    restartQueued: restarts.queued.waits,
    drain: state.isLeaving ? soFar(ledger, state.since) : undefined,
  }
}

/** Its duration is known only at its end. */
const soFar = (ledger: Ledger, began: number): Ledger => ({
  ...ledger,
  duration: ledger.duration || Date.now() - began,
})
