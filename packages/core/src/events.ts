import { channel } from 'node:diagnostics_channel'
import type { Ledger } from './drain/ledger.ts'
import type { ZerodownError } from './errors.ts'
import type { GenerationInfo } from './channel/messages.ts'

/**
 * Every step of a restart, in the order in which they come. Each is also published on the `diagnostics_channel`
 * `zerodown:<name>`, with the event's one argument as its message.
 */
export interface ZerodownEvents {
  /** An attached server listens. `adopted`: on a listener that came from the predecessor. */
  listening: [{ key: string; adopted: boolean }]
  /** This process is ready to serve. */
  ready: [GenerationInfo]
  /** A trigger was accepted: a successor is about to be launched. */
  restarting: [{ generation: number }]
  /** The successor's process runs. */
  launched: [GenerationInfo]
  /** The successor is ready; from here on both serve. `duration`: how long the probation lasts, ms. */
  probation: [GenerationInfo & { duration: number }]
  /** The restart failed before commit: the successor is gone, and this process serves on as before. */
  rolledBack: [{ error: ZerodownError }]
  /** This process has given up the listeners to the successor. */
  committed: [GenerationInfo]
  /** This process, a successor, is in charge now. */
  inCharge: [{ how: 'commit' | 'predecessor gone' }]
  /** A connection has moved to the successor. `frozen`: how long nobody read it, ms. */
  moved: [{ key: string; frozen: number }]
  /** The predecessor has left, after it had handed over this many connections. */
  received: [{ connections: number }]
  /** An inherited listener that the new code no longer wants was closed. */
  dropped: [{ key: string }]
  /** No new work: what is in flight is being finished. */
  draining: [{ reason: 'restart' | 'shutdown' }]
  /** The drain is over; the shutdown hooks come next. */
  drained: [Ledger]
  /** All is done; the process exits now, unless `exit: false`, or leaves its end to the application's own shutdown. */
  stopped: [Ledger]
}

export type EventName = keyof ZerodownEvents

export type Emit = <Name extends EventName>(name: Name, ...message: ZerodownEvents[Name]) => void

/** https://nodejs.org/api/diagnostics_channel.html */
export function publish<Name extends EventName>(name: Name, message: ZerodownEvents[Name][0]): void {
  channel(`zerodown:${name}`).publish(message)
}
