import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Whether somebody takes in what comes of a request, so that its answer may well be over only after it. */
export const isBeingRead = (request: IncomingMessage): boolean =>
  request.readableFlowing === true || request.listenerCount('readable') > 0

/**
 * Closes a connection after an answer as RFC 9112, 9.6 wants it, where the answer may be over before the request is.
 * Node would close it with bytes unread; the kernel then resets it, and what the client has not read yet is lost.
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
