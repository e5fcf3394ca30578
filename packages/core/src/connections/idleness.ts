import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { noteDestroyed } from './intercept-destroy.ts'

/**
 * Which of the connections have nothing in flight, down to a half-received header.
 *
 * Node knows, and tells through one public call only: `server.closeIdleConnections()` calls `destroy()` on exactly
 * those, one after the other and synchronously. So for the length of that call each of them only takes a note. Node
 * counts a response as done when its `end()` was called, hence the look at the bytes that are still to be written; and
 * a connection on which nothing was ever read counts as busy there, though nothing is in flight on it.
 */
export function idleAmong(server: HttpServer, connections: ReadonlySet<Socket>): Set<Socket> {
  const idle = new Set<Socket>()
  for (const socket of connections) if (!socket.destroyed && socket.bytesRead === 0) idle.add(socket)
  for (const socket of noteDestroyed(connections, () => server.closeIdleConnections())) {
    if (!socket.destroyed && socket.writableLength === 0) idle.add(socket)
  }
  return idle
}
