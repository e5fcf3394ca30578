import type { Socket } from 'node:net'
import { noteUsed } from '../../connections/unused.ts'
import { isReadByHttp } from '../../node/internals/http-parser.ts'
import type { Accept } from '../kinds/kind.ts'

/** @returns the socket over a connection that came, which is read by HTTP's parser; `undefined`: it cannot be served */
export function acceptForHttp(accept: Accept, connection: object): Socket | undefined {
  const socket = accept(connection)
  if (socket === undefined) return undefined
  if (isReadByHttp(socket)) {
    noteUsed(socket)
    return socket
  }
  socket.destroy()
  return undefined
}

/**
 * Has HTTP's parser read what another process has read before. An error of the application's listeners stays uncaught,
 * as for any other request.
 * @returns whether they have not thrown
 */
export function feed(socket: Socket, bytes: Uint8Array): boolean {
  try {
    // The HTTP parser takes what it has not read itself by this event.
    socket.emit('data', Buffer.from(bytes))
    return true
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
    return false
  }
}
