import type { Socket } from 'node:net'
import type { Draining } from './draining.ts'
import type { Outcome } from './ledger.ts'

/** Has the connections of a server go to the successor, where they can. */
export function moveAway(
  { server, connections, handover }: Draining,
  note: (socket: Socket, outcome: Outcome) => void,
): void {
  if (handover === undefined) return
  const { to, listener, kinds } = handover
  const moved = (socket: Socket, fate: 'received' | 'unconfirmed', frozen: number): void => {
    note(socket, fate === 'received' ? 'handedOver' : 'unconfirmed')
    if (fate === 'received') handover.moved(frozen)
  }
  to.add({ server, connections, listener, moved }, kinds)
}
