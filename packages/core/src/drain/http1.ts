import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { idleAmong } from '../connections/idleness.ts'
import { own } from '../connections/own-listeners.ts'
import { linger } from '../connections/linger.ts'
import { http1 } from '../handover/kinds/http1.ts'
import type { Drain, Draining } from './draining.ts'
import type { Outcome } from './ledger.ts'
import { wasCut } from './lost-answers.ts'
import { moveAway } from './move-away.ts'

/**
 * Drains HTTP/1.1 (RFC 9112). Requests in flight are finished. Idle connections move to the successor, or linger where
 * they cannot. Upgraded connections belong to the application: it ends them, or the deadline does. A request that the
 * application cuts itself, as by `server.closeAllConnections()`, is counted as one that the deadline cuts.
 */
export function drainHttp1(draining: Draining & { server: HttpServer }): Drain {
  const { server, connections, ledger, handover } = draining
  const outcomes = new WeakMap<Socket, Outcome>()
  const outcomeOf = (socket: Socket): Outcome => {
    const outcome = outcomes.get(socket) ?? 'finished'
    return outcome === 'finished' && wasCut(socket) ? 'cut' : outcome
  }

  connections.follow((socket) => {
    outcomes.set(socket, 'finished')
    const closed = (): void => void (ledger[outcomeOf(socket)] += 1)
    socket.once('close', own(closed))
  })
  for (const socket of idleAmong(server, connections.open)) outcomes.set(socket, 'closedIdle')

  moveAway(draining, (socket, outcome) => void outcomes.set(socket, outcome))
  const lingering = linger(server, connections, {
    stays: (socket) => handover === undefined || !handover.to.canMove(http1, socket),
    answering: (socket) => void outcomes.set(socket, 'finished'),
  })

  return {
    cut() {
      const idle = idleAmong(server, connections.open)
      for (const socket of connections.open) {
        if (!lingering.answered(socket)) outcomes.set(socket, idle.has(socket) ? 'closedIdle' : 'cut')
      }
      connections.destroyAll()
    },
    end: () => lingering.end(),
  }
}
