import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Whether somebody reads the body of a request, so that the response may well end after it. */
export const isBeingRead = (request: IncomingMessage): boolean =>
  request.readableFlowing === true || request.listenerCount('readable') > 0

/**
 * Closes a connection after a response that may end before its request does: reads the rest of the request first, as
 * RFC 9112, 9.6 asks. Node would close with bytes unread; the kernel then resets the connection, and the client loses
 * what it has not read yet.
 */
export function closeAfterRequest(socket: Socket, request: IncomingMessage): void {
  const { destroySoon } = socket
  socket.destroySoon = () => {
    if (request.complete || request.destroyed) return destroySoon.call(socket)
    socket.end()
    request.once('close', () => socket.destroy())
    if (!isBeingRead(request)) request.resume()
  }
}
