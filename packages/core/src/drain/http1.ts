import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { idleAmong } from '../connections/idleness.ts'
import { linger } from '../connections/linger.ts'
import type { Drain, Draining } from './drain.ts'
import type { Outcome } from './ledger.ts'

/**
 * HTTP/1.1 (RFC 9112): what is in flight is finished; what is idle lingers. A connection that was upgraded is the
 * application's: it ends it, or the deadline does.
 */
export function drainHttp1({ server, connections, ledger }: Draining & { server: HttpServer }): Drain {
  const outcomes = new WeakMap<Socket, Outcome>()

  connections.follow((socket) => {
    outcomes.set(socket, 'finished')
    socket.once('close', () => void (ledger[outcomes.get(socket) ?? 'finished'] += 1))
  })
  for (const socket of idleAmong(server, connections.open)) outcomes.set(socket, 'closedIdle')
  const lingering = linger(server, connections, (socket) => outcomes.set(socket, 'finished'))

  return {
    cut() {
      const idle = idleAmong(server, connections.open)
      for (const socket of connections.open) outcomes.set(socket, idle.has(socket) ? 'closedIdle' : 'cut')
      connections.destroyAll()
    },
    end: () => lingering.end(),
  }
}
