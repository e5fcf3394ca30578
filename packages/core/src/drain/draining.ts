import type { Server } from 'node:net'
import type { Connections } from '../connections/tracking.ts'
import type { Handover } from '../handover/send/handover.ts'
import type { Ledger } from './ledger.ts'

/** What a drain knows of its server, in any protocol. */
export interface Draining {
  readonly server: Server
  readonly connections: Connections
  readonly ledger: Ledger
  /** Where connections of this listener can go; `undefined`: they linger. */
  readonly handover: { readonly to: Handover; readonly listener: number; moved(frozen: number): void } | undefined
}

/** One server's drain, in the way of its protocol. */
export interface Drain {
  /** At the deadline: ends what is left, and counts it. */
  cut(): void
  /** When all is over: leaves no timer behind. */
  end(): void
}
