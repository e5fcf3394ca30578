import type { Server } from 'node:net'
import { onTestFinished } from 'vitest'
import { Connections } from '../../src/connections/tracking.ts'
import type { Drain, Draining } from '../../src/drain/draining.ts'
import { startDrain } from '../../src/drain/start-drain.ts'
import type { Ledger } from '../../src/drain/ledger.ts'
import { emptyLedger } from '../../src/drain/ledger.ts'

/** For kinds that throw nothing. */
export const failed: Draining['failed'] = (_, error) => {
  throw error
}

export interface Drained {
  drain: Drain
  ledger: Ledger
  drained: Promise<void>
}

/** A server that can be drained, as an attached one can. */
export interface Drainable<S extends Server> {
  server: S
  connections: Connections
  /** Nowhere to go: what is idle lingers. */
  handover: undefined
  failed: Draining['failed']
  /** Begins the drain. */
  drain(): Drained
}

export function drainable<S extends Server>(
  server: S,
  connections: Connections = new Connections(server),
): Drainable<S> {
  return {
    server,
    connections,
    handover: undefined,
    failed,
    drain() {
      const ledger = emptyLedger()
      const { drain, drained } = startDrain(
        { server, connections, ledger, handover: undefined, time: 20_000, failed },
        Promise.resolve(),
      )
      onTestFinished(() => {
        drain.end()
        connections.destroyAll()
      })
      return { drain, ledger, drained }
    },
  }
}
