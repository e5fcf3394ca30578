import type { Drain, Draining } from './draining.ts'
import type { Outcome } from './ledger.ts'

/**
 * Drains a protocol that we do not know: the application ends its connections when `zerodown.draining` aborts, or the
 * deadline does.
 */
export function drainRaw({ connections, ledger }: Draining): Drain {
  let outcome: Outcome = 'finished'
  connections.follow((socket) => socket.once('close', () => void (ledger[outcome] += 1)))
  return {
    cut() {
      outcome = 'cut'
      connections.destroyAll()
    },
    end() {},
  }
}
