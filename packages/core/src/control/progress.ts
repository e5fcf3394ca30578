import type { GenerationInfo } from '../channel/messages.ts'
import type { Ledger } from '../drain/ledger.ts'

/**
 * A step of a restart or a shutdown, for whoever has asked for it. Those that have the name of an event of zerodown come
 * when that does.
 */
export type Step = { readonly slot?: number | undefined } & (
  | {
      /** Another restart is under way. What was asked for follows it. */
      readonly event: 'queued'
    }
  | { readonly event: 'restarting'; readonly generation: number }
  | {
      /** For the oldest process to finish, as no more may live. `timeout`: when it has to end, ms. */
      readonly event: 'waiting'
      readonly generation: number
      readonly timeout: number
    }
  | ({ readonly event: 'launched' } & GenerationInfo)
  | ({
      /** It is ready. `duration`: how long the probation lasts, ms. */
      readonly event: 'probation'
      readonly duration: number
    } & GenerationInfo)
  | ({ readonly event: 'committed' } & GenerationInfo)
  | {
      /** Comes again and again, as long as something is left. */
      readonly event: 'draining'
      /** Requests in flight. */
      readonly requests: number
      /** Open connections. */
      readonly connections: number
    }
  | ({ readonly event: 'drained' } & Ledger)
  | { readonly event: 'rolledBack'; readonly code: string; readonly message: string }
)

/** What it came to. */
export type Outcome =
  | {
      readonly event: 'done'
      /** Who is in charge now, of each slot; none after a shutdown. */
      readonly generations: readonly GenerationInfo[]
      /** What became of the connections of those that have left. */
      readonly ledger: Ledger
    }
  | Failed

export interface Failed {
  readonly event: 'failed'
  /** A code of {@link ZerodownError}. */
  readonly code: string
  readonly message: string
  /** The slot that could not be restarted, from 1. */
  readonly slot?: number | undefined
  /** The generation that failed. */
  readonly generation?: number | undefined
  /** Those that were restarted before it. */
  readonly generations?: readonly GenerationInfo[]
}

export type Tell = (step: Step) => void

/** How often to say what is left while a process drains. ms */
export const PACE = 500
