import type { Socket } from 'node:net'
import type { Accept } from '../kinds/kind.ts'
import { acceptForHttp, feed } from './feed.ts'

/**
 * Has the HTTP server behind `accept` serve a connection whose last requests the predecessor has read and not answered.
 * A request on which the application throws counts as served: it has begun here, and must not be answered twice.
 * @param bytes what was read of them; the rest comes on the connection
 * @param begin called with the socket before the server reads the requests
 * @returns what the `receive()` of a kind returns
 */
export function serveRequests(
  accept: Accept,
  connection: object,
  bytes: Uint8Array,
  begin?: (socket: Socket) => void,
): boolean {
  const socket = acceptForHttp(accept, connection)
  if (socket === undefined) return false
  begin?.(socket)
  feed(socket, bytes)
  return true
}
