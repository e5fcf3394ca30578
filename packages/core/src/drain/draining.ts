import type { Server } from 'node:net'
import type { Connections } from '../connections/tracking.ts'
import type { ConnectionKind } from '../handover/kinds/kind.ts'
import type { Handover } from '../handover/send/handover.ts'
import type { Ledger } from './ledger.ts'

/** How connections of a listener go to the successor. */
export interface Moving {
  readonly to: Handover
  /** The listener's descriptor in the successor. */
  readonly listener: number
  /** Those that can move. */
  readonly kinds: readonly ConnectionKind[]
  moved(frozen: number): void
}

/** What a drain knows of its server, whatever the protocol. */
export interface Draining {
  readonly server: Server
  readonly connections: Connections
  readonly ledger: Ledger
  /** Where connections of this listener can move. `undefined`: nowhere, so they linger. */
  readonly handover: Moving | undefined
  /** When what is left is cut. ms from the beginning on */
  readonly time: number
  /** Called with what a kind has thrown. */
  readonly failed: (kind: string, error: unknown) => void
}

/** The drain of one server, as its protocol prescribes. */
export interface Drain {
  /** Called at the deadline: ends and counts what is left. */
  cut(): void
  /** Called when all is over: clears timers and listeners. */
  end(): void
}
