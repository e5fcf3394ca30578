import type { GenerationInfo } from './messages.ts'
import type { InheritedListener } from '../listeners/inherited.ts'

/** Which of several workers of one service a process is. */
export interface WorkerInfo {
  /** From 1. Each slot is a chain of generations. */
  readonly slot: number
  /** How many slots there are. */
  readonly slots: number
  /**
   * Whether each slot binds sockets of its own (https://nodejs.org/api/net.html#serverlistenoptions-callback, `reusePort`), and
   * not all of them accept on the same ones.
   */
  readonly reusePort?: boolean | undefined
  /** Whether what it prints goes through the supervisor: when that has gone, nobody reads it. */
  readonly piped?: boolean | undefined
  /** The ports that an earlier slot got where it asked for any. */
  readonly ports?: readonly AnyPort[] | undefined
  /** Whether all connections of one client address are served in the same slot. */
  readonly sticky?: boolean | undefined
}

/** What became of a `listen()` on any port, port 0. */
export interface AnyPort {
  /** The key of what was asked for. */
  readonly key: string
  /** Which of the calls in these words it was, from 1. */
  readonly index: number | undefined
  readonly port: number
}

/** Names of the lanes of a worker's channel; those to its successors are numbered. */
export const LANES = { supervisor: 'supervisor', predecessor: 'predecessor', successor: 'successor' } as const

/** How to start a successor, but for its descriptors: those are the supervisor's. */
export interface LaunchRequest {
  readonly execPath: string
  readonly argv0: string | undefined
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** The sockets that become its descriptors, from 3 on, by their inodes. */
  readonly sockets: readonly number[]
  /** The lane of its channel at the predecessor, of this attempt alone: the end of an earlier one may come late. */
  readonly lane: string
}

/** Why something that was asked for has failed. */
export interface Failure {
  readonly code: string
  readonly message: string
}

/** A connection that another slot than the one that has accepted it is to serve. */
export interface Move {
  /** That of its listener. */
  readonly key: string
  readonly slot: number
  /** Of its socket, so that no other one is taken for it. */
  readonly inode?: number | undefined
}

/** How much time a worker takes, as its options say. */
export interface WorkerTimes {
  /** From SIGTERM to the end of its drain at the most. ms */
  readonly stopTimeout: number
  /** From its start until it is ready at the most. ms */
  readonly readyTimeout: number
}

/** From a worker. */
export type FromWorker =
  /** What its options say, which the supervisor may not know: they may stand in its code, or in a file of variables. */
  | ({ type: 'times' } & WorkerTimes)
  /** With a handle: it listens there, and the supervisor is to hold the socket for those that follow. */
  | { type: 'listens'; listener: InheritedListener }
  /** It has closed that socket, and does not want it any more. */
  | { type: 'closed'; inode: number }
  /** It is in charge of its slot: its predecessor has committed, or there is none. */
  | { type: 'in-charge'; generation: number }
  /** It is about to end, by an error that nobody catches. */
  | { type: 'dying'; message: string }
  /** A step of its restart, for those who watch that. */
  | { type: 'step'; step: object }
  /** What a predecessor does to its successor's process. */
  | { type: 'signal-successor'; signal: 'SIGTERM' | 'SIGKILL' }
  /** With a handle: a connection of which nothing was read. */
  | ({ type: 'move' } & Move)
  | WorkerQuestion

export type WorkerQuestion =
  /** Start my successor. */
  | { type: 'launch'; request: LaunchRequest }
  /** A trigger has come here: restart all slots. */
  | { type: 'roll' }
  /** My keys for the TLS sessions of that listener: which do all slots use? They are secrets. */
  | { type: 'ticket-keys-shared'; key: string; keys: string }
  /**
   * I am about to leave: send me no more connections. What was sent before the answer comes before it. `forGood`: nobody
   * takes over, so what I have moved may still come back.
   */
  | { type: 'moves-over'; forGood: boolean }

/** From the supervisor. */
export type FromSupervisor =
  /** The successor's process has ended. */
  { type: 'successor-ended'; signal: NodeJS.Signals | null; how: string } | SupervisorQuestion

export type SupervisorQuestion =
  /** It is this slot's turn: restart. */
  | { type: 'restart-slot' }
  /** How large are you? */
  | { type: 'memory' }
  /** What do you tell of yourself? */
  | { type: 'status-asked' }
  /** With a handle: a connection to that listener which another slot has accepted. Do you serve it? */
  | { type: 'moved'; key: string; inode?: number | undefined }

/**
 * What becomes of a connection that has moved. `later`: this process has given up its listeners, so its successor is to
 * serve it. `unknown`: it has no such listener.
 */
export type MoveOutcome = 'served' | 'later' | 'unknown'

export interface SupervisionAnswers {
  launch: { readonly pid: number } | Failure
  roll: GenerationInfo | Failure
  'ticket-keys-shared': string
  'restart-slot': GenerationInfo | Failure
  /** The resident set, bytes. */
  memory: number
  moved: MoveOutcome
  'moves-over': boolean
}

export const isFailure = (answer: object): answer is Failure => 'code' in answer
