import { Server as HttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import { keepAlive } from './kept-alive.ts'
import { limitRequests } from './request-limit.ts'
import type { Payload } from './payload.ts'

/** Makes a socket of the server's own over a native handle, as for one that the kernel accepts. */
export type Accept = (connection: object) => void

/** Whether connections of this kind can be served by this server: plain HTTP/1.1. */
export function receives(server: Server, kind: string): server is HttpServer {
  return kind === 'http1' && server instanceof HttpServer
}

/**
 * Serves a connection that the predecessor accepted, as if this server had accepted it itself.
 * @returns whether it does: there may be a limit (`maxConnections`), or an address that it takes nothing from (`blockList`)
 */
export function receiveConnection(server: HttpServer, accept: Accept, connection: object, payload: Payload): boolean {
  const socket = acceptedBy(server, () => accept(connection))
  if (socket === undefined) return false
  limitRequests(server, socket, payload.requests)
  // On a new one Node's own timeouts for the first request are right.
  if (payload.used) keepAlive(server, socket)
  return true
}

function acceptedBy(server: HttpServer, accept: () => void): Socket | undefined {
  let accepted: Socket | undefined
  const watch = (socket: Socket): void => void (accepted = socket)
  server.prependOnceListener('connection', watch)
  try {
    accept()
  } catch (error) {
    // Uncaught as ever; but whoever handed it over has to hear what became of it.
    process.nextTick(() => {
      throw error
    })
  } finally {
    server.off('connection', watch)
  }
  return accepted
}
