import type { GenerationInfo } from './channel/messages.ts'
import type { Ledger } from './drain/ledger.ts'
import type { ConnectionCount } from './servers/count-connections.ts'

/**
 * How far a process is:
 *
 *     starting ──ready──→ serving ──restart──→ restarting ──commit──→ draining ──→ stopped
 *                            ↑ └───────────────────│───shutdown──────────↑
 *                            └─────rolled back─────┘
 */
export type State = 'starting' | 'serving' | 'restarting' | 'draining' | 'stopped'

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

type Always = 'pid' | 'generation' | 'state' | 'since' | 'inCharge'

/** The rest of the status of a process in which nothing listens yet, or of which nothing more is known. */
export const emptyStatus = (): Omit<Status, Always> => ({
  listeners: [],
  connections: [],
  requests: 0,
  successor: undefined,
  restartQueued: false,
  drain: undefined,
})

/** A listener of this process. */
export interface ListenerStatus {
  /** `tcp:127.0.0.1:8080`, `unix:/run/app.sock` */
  readonly key: string
  /** Whether it came from the predecessor, or from a service manager. */
  readonly adopted: boolean
}

/** The process that is being started, is in its probation, or has taken over. */
export interface SuccessorStatus extends GenerationInfo {
  readonly stage: 'starting' | 'ready' | 'in charge'
}
