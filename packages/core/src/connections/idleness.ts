import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { noteDestroyed } from './intercept-destroy.ts'
import { isUnused } from './unused.ts'

/**
 * Finds the connections on which nothing is in flight, not even half a header.
 *
 * Node knows them, but only one public call tells: `server.closeIdleConnections()` calls `destroy()` on each of them,
 * synchronously. During that call our `destroy()` only notes the socket. Two things are corrected. Node counts a
 * response as done when `end()` was called, so we check that no bytes are left to write. And Node counts a connection
 * on which nothing was ever read as busy, though nothing is in flight on it.
 */
export function idleAmong(server: HttpServer, connections: ReadonlySet<Socket>): Set<Socket> {
  const idle = new Set<Socket>()
  for (const socket of connections) if (!socket.destroyed && isUnused(socket)) idle.add(socket)
  for (const socket of noteDestroyed(connections, () => server.closeIdleConnections())) {
    if (!socket.destroyed && socket.writableLength === 0) idle.add(socket)
  }
  return idle
}
