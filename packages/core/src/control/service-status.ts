import type { State, Status } from '../status.ts'

/** A process of the service. */
export interface ProcessStatus extends Omit<Status, 'state'> {
  /** `'unresponsive'`: it lives, and does not say how far it is. Then nothing else of it is known. */
  readonly state: State | 'unresponsive'
  /** Its slot under `zerodown run`, from 1; else `undefined`. */
  readonly slot: number | undefined
  /** When it was started, ms since the epoch. */
  readonly started: number
  /** Its resident set, bytes. */
  readonly memory: number
  /**
   * How long a stop may take until what is in flight is cut: its `shutdownDelay` and `drainTimeout`, without the shutdown
   * hooks. ms. `undefined`: nobody says, as in an older version.
   */
  readonly timeToStop?: number
  /** What it has warned of: what weakens or blocks a restart, last first. */
  readonly warnings: readonly Warning[]
  /** What is no reason for a warning in the log, and yet weakens a restart or a stop, as things are now. */
  readonly weaknesses: readonly Weakness[]
}

export interface Weakness {
  /** What is so, and what follows. */
  readonly what: string
  /** What to do. */
  readonly advice: string
}

export interface Warning {
  /** When it was said last, ms since the epoch. */
  readonly at: number
  readonly message: string
}

export type ServiceState = 'starting' | 'serving' | 'restarting' | 'draining'

/** What became of the last restart. */
export interface LastRestart {
  readonly outcome: 'done' | 'failed'
  /** When it was over, ms since the epoch. */
  readonly at: number
  /** How long it took, from its beginning until the successors were in charge, or it had failed. ms */
  readonly duration: number
  /** Why it has failed. */
  readonly code?: string
  readonly message?: string
}

/** What `GET /status` answers. */
export interface ServiceStatus {
  /** The version of this form. */
  readonly zerodown: 1
  /** Who answers: the process in charge, or the supervisor. */
  readonly pid: number
  /** How many slots a supervisor has; `undefined`: there is no supervisor. */
  readonly slots: number | undefined
  readonly state: ServiceState
  /** Whether it serves: what `GET /readyz` answers. */
  readonly ready: boolean
  /** The slots in which no process is in charge, from 1: nobody answers there. Without a supervisor, none. */
  readonly vacant: readonly number[]
  /** Why it cannot restart now; `undefined`: it can. */
  readonly noRestart: { readonly code: string; readonly message: string } | undefined
  /** Whether one more restart follows. */
  readonly restartQueued: boolean
  readonly lastRestart: LastRestart | undefined
  /** Those that serve or drain, by slot and generation. */
  readonly processes: readonly ProcessStatus[]
}
