import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'

/** Sockets whose `destroy()` can be asked to note the call instead of obeying it. */
const noting = new WeakSet<Socket>()
let noted: Set<Socket> | undefined

/**
 * Which of the connections have nothing in flight, down to a half-received header.
 *
 * Node knows, and tells through one public call only: `server.closeIdleConnections()` calls `destroy()` on exactly
 * those, one after the other and synchronously. So for the length of that call each of them only takes a note. Node
 * counts a response as done when its `end()` was called, hence the look at the bytes that are still to be written; and
 * a connection on which nothing was ever read counts as busy there, though nothing is in flight on it.
 */
export function idleAmong(server: HttpServer, connections: Iterable<Socket>): Set<Socket> {
  const idle = new Set<Socket>()
  for (const socket of connections) {
    if (!socket.destroyed && socket.bytesRead === 0) idle.add(socket)
    takeNotes(socket)
  }
  noted = new Set()
  try {
    server.closeIdleConnections()
    for (const socket of noted) if (socket.writableLength === 0) idle.add(socket)
  } finally {
    noted = undefined
  }
  return idle
}

/** Stays on the socket, since taking a property away again would make every later use of the socket slower. */
function takeNotes(socket: Socket): void {
  if (noting.has(socket)) return
  noting.add(socket)
  const destroy = socket.destroy
  socket.destroy = function (this: Socket, error?: Error) {
    if (noted === undefined) return destroy.call(this, error)
    noted.add(this)
    return this
  }
}
