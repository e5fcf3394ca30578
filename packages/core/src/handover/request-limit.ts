import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests on each connection, counted only where `server.maxRequestsPerSocket` limits them. */
const requests = new WeakMap<Socket, number>()
const counting = new WeakSet<HttpServer>()

/**
 * Node counts the requests of a connection where nobody can read or set the count, and would begin anew after a
 * handover. Where there is a limit, this keeps a count that can be passed on.
 */
export function countRequests(server: HttpServer): void {
  if (!server.maxRequestsPerSocket || counting.has(server)) return
  counting.add(server)
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const count = (requests.get(request.socket) ?? 0) + 1
    requests.set(request.socket, count)
    // The answer to the last one says `Connection: close`, as Node's own does.
    if (count >= (server.maxRequestsPerSocket ?? Infinity)) response.shouldKeepAlive = false
  })
}

export const requestsOn = (socket: Socket): number => requests.get(socket) ?? 0

/** Goes on from the count that came with a connection. */
export function limitRequests(server: HttpServer, socket: Socket, before: number): void {
  if (!server.maxRequestsPerSocket) return
  requests.set(socket, before)
  countRequests(server)
}
