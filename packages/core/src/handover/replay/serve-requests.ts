import { noteUsed } from '../../connections/unused.ts'
import { isReadByHttp } from '../../node/internals/http-parser.ts'
import type { Accept } from '../kinds/kind.ts'

/**
 * Has the HTTP server behind `accept` serve a connection whose last requests the predecessor has read and not answered.
 * @param bytes what was read of them; the rest comes on the connection
 * @returns what the `receive()` of a kind returns
 */
export function serveRequests(accept: Accept, connection: object, bytes: Uint8Array): boolean {
  const socket = accept(connection)
  if (socket === undefined) return false
  if (!isReadByHttp(socket)) {
    socket.destroy()
    return false
  }
  noteUsed(socket)
  // The HTTP parser takes what it has not read itself by this event.
  socket.emit('data', Buffer.from(bytes))
  return true
}
