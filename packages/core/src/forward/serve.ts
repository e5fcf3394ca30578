import { Server as HttpsServer } from 'node:https'
import type { Server, Socket } from 'node:net'
import { firstCopy } from '../first-copy.ts'
import { socketOver } from '../node/internals/handles.ts'

/** What the application sees of a connection. */
const SEEN = ['remoteAddress', 'remoteFamily', 'remotePort', 'localAddress', 'localPort', 'encrypted'] as const

/** What it sees of the client's own connection, which is in another process. JSON can hold it. */
export type Seen = { readonly [Name in (typeof SEEN)[number]]?: unknown }

const pipes = new WeakSet<Socket>()

/** What the application sees of a client's connection, to be said with a pipe. */
export const seenOf = (socket: Socket): Seen =>
  Object.fromEntries(SEEN.flatMap((name) => (name in socket ? [[name, socket[name as keyof Socket]]] : [])))

/** Whether this is no client's connection, but one over which another process forwards a request. */
export const isPipe = (socket: Socket): boolean => pipes.has(socket)

/**
 * Has an HTTP server answer the request that comes over a pipe, as if its client's connection had come here. It need not
 * listen any more.
 * @param server `undefined`: the request is not wanted here
 * @param seen `seenOf()` of the client's connection
 * @param handle whatever came with the offer
 * @returns the connection over the pipe; `undefined`: it is not served
 */
export function servePipe(server: Server | undefined, seen: Seen, handle: unknown): Socket | undefined {
  if (typeof handle !== 'object' || handle === null) return undefined
  const socket = socketOver(handle)
  if (server === undefined) return void socket.destroy()
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
    firstCopy.serveRequests(accept, handle, bytes)
  })
  return socket
}
