import { Server as HttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import { countsConnections, couple } from '../process/node-internals.ts'
import { limitRequests } from './request-limit.ts'
import type { Payload } from './payload.ts'

/** Whether connections of this kind can be served by this server: plain HTTP/1.1, and a Node that counts as we expect. */
export function receives(server: Server, kind: string): server is HttpServer {
  return kind === 'http1' && server instanceof HttpServer && countsConnections(server)
}

/** Serves a connection that the predecessor accepted, as if this server had accepted it itself. */
export function receiveConnection(server: HttpServer, socket: Socket, payload: Payload): void {
  // What net.Server gives to its own sockets, and a received one has not.
  socket.allowHalfOpen = (server as HttpServer & { allowHalfOpen?: boolean }).allowHalfOpen ?? true
  couple(socket, server)
  server.emit('connection', socket)
  limitRequests(server, socket, payload.requests)
  closeIfSilent(server, socket)
}

/**
 * Node starts the keep-alive timeout after a response, and there was none yet in this process. `socket.setTimeout()`
 * would go on counting while the next request is being answered.
 */
function closeIfSilent(server: HttpServer, socket: Socket): void {
  if (server.keepAliveTimeout <= 0) return
  const timer = setTimeout(() => {
    if (socket.bytesRead === 0) socket.destroy()
  }, server.keepAliveTimeout).unref()
  socket.once('close', () => clearTimeout(timer))
}
