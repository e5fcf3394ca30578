import { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { serveRequests, socketOver } from '@zerodown/core/kinds'
import type { PipeOffer } from '../messages.ts'
import { serverOf } from './servers.ts'

/** What the application sees of a connection. */
const SEEN = ['remoteAddress', 'remoteFamily', 'remotePort', 'localAddress', 'localPort', 'encrypted'] as const

/** What it sees of the client's own connection, which is in the other process. */
export type Seen = { readonly [Name in (typeof SEEN)[number]]?: unknown }

const pipes = new WeakSet<Socket>()

export const seenOf = (socket: Socket): Seen =>
  Object.fromEntries(SEEN.flatMap((name) => (name in socket ? [[name, socket[name as keyof Socket]]] : [])))

/** Whether this is no client's connection, but one over which the other process forwards a request. */
export const isPipe = (socket: Socket): boolean => pipes.has(socket)

/**
 * Has the request that comes over a pipe served, as if its client's connection had come here.
 * @param handle whatever came with the offer
 * @param wanted whether it is to be served
 * @returns the connection over the pipe; `undefined`: it is not served
 */
export function servePipe({ server: name, seen }: PipeOffer, handle: unknown, wanted: boolean): Socket | undefined {
  if (typeof handle !== 'object' || handle === null) return undefined
  const socket = socketOver(handle)
  const server = serverOf(name)
  if (server === undefined || !wanted) return void socket.destroy()
  pipes.add(socket)
  for (const [seenAs, value] of Object.entries(seen)) Object.defineProperty(socket, seenAs, { value })
  socket.on('error', () => {}) // Its 'close' tells.
  // Not before: a connection without a request would be an idle one, and move.
  socket.once('data', (bytes) => {
    const accept = (): Socket => {
      // Behind TLS, this is where HTTP begins.
      server.emit(server instanceof HttpsServer ? 'secureConnection' : 'connection', socket)
      return socket
    }
    serveRequests(accept, handle, bytes)
  })
  return socket
}
