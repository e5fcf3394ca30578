import { Server as HttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import { countsConnections, couple } from '../process/node-internals.ts'
import { keepAlive } from './kept-alive.ts'
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
  // On a new one Node's own timeouts for the first request are right.
  if (payload.used) keepAlive(server, socket)
}
