import type { Drain, Draining } from './draining.ts'
import type { Outcome } from './ledger.ts'

/** A protocol that we do not know: the application ends its connections, for which `zerodown.draining` is the sign. */
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
