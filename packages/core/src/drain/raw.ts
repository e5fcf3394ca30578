import type { Socket } from 'node:net'
import { own } from '../connections/own-listeners.ts'
import type { Drain, Draining } from './draining.ts'
import type { Outcome } from './ledger.ts'
import { moveAway } from './move-away.ts'

/**
 * Drains a protocol that we do not know: the application ends its connections when `zerodown.draining` aborts, or the
 * deadline does. Those of a kind that can move go to the successor.
 */
export function drainRaw(draining: Draining): Drain {
  const { connections, ledger } = draining
  const outcomes = new WeakMap<Socket, Outcome>()
  connections.follow((socket) => {
    const closed = (): void => void (ledger[outcomes.get(socket) ?? 'finished'] += 1)
    socket.once('close', own(closed))
  })
  moveAway(draining, (socket, outcome) => void outcomes.set(socket, outcome))
  return {
    cut() {
      for (const socket of connections.open) outcomes.set(socket, 'cut')
      connections.destroyAll()
    },
    end() {},
  }
}
