import type { PipeAnswer, Seen } from '@zerodown/core/kinds'

/** A pipe, over which a request comes to the process that has its session. Its handle comes with it. */
export interface PipeOffer {
  readonly pipe: number
  readonly key: string
  /** The server to which the request has come. */
  readonly server: string
  readonly seen: Seen
}

/** A session that comes. */
export interface Arrival {
  readonly key: string
  readonly data?: unknown
  /** There is no such session. */
  readonly unknown?: true
  /** It stays with the predecessor for now. Requests may be forwarded there. */
  readonly later?: true
}

/** The successor has a request for a session. */
export interface Question {
  readonly ask: string
}

export type FromPredecessor = Arrival | PipeOffer | PipeAnswer
export type FromSuccessor = Question | PipeOffer | PipeAnswer
