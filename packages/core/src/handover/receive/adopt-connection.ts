import { Server as HttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import { isReadByHttp } from '../../node/internals/http-parser.ts'
import { keepAlive } from './kept-alive.ts'
import { limitRequests } from '../request-limit.ts'
import type { Payload } from '../../channel/messages.ts'

/**
 * Makes a socket of the server's own over a native handle, as for one that the kernel accepts. It may not: there may be a
 * limit (`maxConnections`), or an address that the server takes nothing from (`blockList`).
 */
export type Accept = (connection: object) => Socket | undefined

/** What node:http does with each connection of a server. */
const [serveHttp] = new HttpServer().listeners('connection')

/** Whether connections of this kind can be served by this server: plain HTTP/1.1, from their first byte on. */
export const receives = (server: Server, kind: string): server is HttpServer =>
  kind === 'http1' && server instanceof HttpServer && !isReadBefore(server)

/**
 * Whether something else takes the connections before node:http does: it reads a header of the PROXY protocol, or looks
 * whether they speak TLS. Whatever does that has to take the http listener away, which would read the same bytes. All
 * other listeners only watch.
 */
export const isReadBefore = (server: Server): boolean =>
  server instanceof HttpServer && !server.listeners('connection').includes(serveHttp as () => void)

export const explainReadBefore = (key: string): string =>
  `connections of ${key} stay with the process that accepted them until they end: something reads what they begin with ` +
  '(a PROXY protocol header?) before node:http does, and would wait for it again.'

/**
 * Serves a connection that the predecessor accepted, as if this server had accepted it itself.
 * @returns `false` if this server does not take it; `'read before'` if something else took it than node:http
 */
export function receiveConnection(
  server: HttpServer,
  accept: Accept,
  connection: object,
  payload: Payload,
): boolean | 'read before' {
  const socket = accept(connection)
  if (socket === undefined) return false
  if (!isReadByHttp(socket)) {
    // Of what the predecessor still has, this closes nothing.
    socket.destroy()
    return 'read before'
  }
  limitRequests(server, socket, Number(payload['requests']))
  // On a new one Node's own timeouts for the first request are right.
  if (payload['used']) keepAlive(server, socket)
  return true
}
