import type { ZerodownError } from '../errors.ts'
import type { Outcome, Tell } from './progress.ts'
import type { ServiceStatus } from './service-status.ts'

/** What a control socket controls: a single process, or a supervisor with all of its slots. */
export interface Controlled {
  status(): Promise<ServiceStatus>
  /** Why it cannot restart now; `undefined`: it can, or it queues that. */
  whyNoRestart(): ZerodownError | undefined
  /** @returns what it came to, when what was replaced has left */
  restart(tell: Tell): Promise<Outcome>
  /** Drains and ends everything. @returns what it came to, just before the process ends */
  shutdown(tell: Tell): Promise<Outcome>
}
