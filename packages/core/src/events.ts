import { channel } from 'node:diagnostics_channel'
import type { Ledger } from './drain/ledger.ts'
import type { ZerodownError } from './errors.ts'
import type { GenerationInfo } from './channel/messages.ts'

/**
 * Every step of a restart, in order. Each is also published on the `diagnostics_channel` `zerodown:<name>`, with the
 * argument of the event as the message.
 */
export interface ZerodownEvents {
  /** An attached server listens. `adopted`: on a listener that came from the predecessor, or from a service manager. */
  listening: [{ key: string; adopted: boolean }]
  /** This process is ready to serve. */
  ready: [GenerationInfo]
  /** A trigger was accepted: a successor is about to be launched. */
  restarting: [{ generation: number }]
  /**
   * As many processes of this service live as may (`maxGenerations`): before the successor is launched, the oldest is to finish. `timeout`:
   * when it has to end, ms.
   */
  waiting: [{ generation: number; timeout: number }]
  /** The successor's process runs. */
  launched: [GenerationInfo]
  /** The successor is ready; from here on both serve. `duration`: how long the probation lasts, ms. */
  probation: [GenerationInfo & { duration: number }]
  /** The restart failed before the commit: the successor is gone, and this process serves on as before. */
  rolledBack: [{ error: ZerodownError }]
  /** This process has given up the listeners to the successor. */
  committed: [GenerationInfo]
  /** This process, a successor, is in charge now. */
  inCharge: [{ how: 'commit' | 'predecessor gone' }]
  /** A connection has moved to the successor. `frozen`: for how long nobody read it, ms. */
  moved: [{ key: string; frozen: number }]
  /** The predecessor has left. `connections`: how many it had handed over. */
  received: [{ connections: number }]
  /** An inherited listener that the new code no longer wants was closed. */
  dropped: [{ key: string }]
  /** This process takes no new work, and finishes what is in flight. */
  draining: [{ reason: 'restart' | 'shutdown' }]
  /** The drain is over; the shutdown hooks come next. */
  drained: [Ledger]
  /** All is done. The process exits now, unless `exit` is false or the application's own shutdown is to end it. */
  stopped: [Ledger]
}

export type EventName = keyof ZerodownEvents

export type Emit = <Name extends EventName>(name: Name, ...message: ZerodownEvents[Name]) => void

/** https://nodejs.org/api/diagnostics_channel.html */
export function publish<Name extends EventName>(name: Name, message: ZerodownEvents[Name][0]): void {
  channel(`zerodown:${name}`).publish(message)
}
