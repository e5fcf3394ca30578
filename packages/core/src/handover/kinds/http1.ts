import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'
import { idleAmong } from '../../connections/idleness.ts'
import { isReadByHttp } from '../../node/internals/http-parser.ts'
import { freezeHttp1 } from './http1/freeze.ts'
import { keepAlive } from './http1/kept-alive.ts'
import { countRequests, limitRequests, uncounted } from './http1/request-limit.ts'
import { warmUp } from './http1/warm-up.ts'
import type { ConnectionKind } from './kind.ts'

/** Published by node:http when a response is written out. */
const RESPONSE_FINISHED = 'http.server.response.finish'

/** What node:http does with each connection of a server. */
const [serveHttp] = new HttpServer().listeners('connection')

/** Servers that have had a connection which something else took before node:http did. */
const takenElsewhere = new WeakSet<Server>()

/**
 * Whether something else takes the connections before node:http does: it reads a header of the PROXY protocol, or looks
 * whether they speak TLS. To do that, it has to remove the http listener, which would read the same bytes. All other
 * listeners only watch.
 */
const isReadBefore = (server: Server): boolean =>
  takenElsewhere.has(server) || !server.listeners('connection').includes(serveHttp as () => void)

/** Plain HTTP/1.1 (RFC 9112), between two requests or before the first. */
export const http1: ConnectionKind = {
  name: 'http1',

  isServedBy: (server) => server instanceof HttpServer,

  obstacle: (server) =>
    isReadBefore(server)
      ? 'something reads what they begin with (a PROXY protocol header?) before node:http does, and would wait for it again.'
      : undefined,

  begin: (server) => countRequests(server as HttpServer),

  findIdle: (server, open) => idleAmong(server as HttpServer, open),

  followIdle(mayBeIdle) {
    const finished = (message: unknown): void => mayBeIdle((message as { request: IncomingMessage }).request.socket)
    subscribe(RESPONSE_FINISHED, finished)
    return () => void unsubscribe(RESPONSE_FINISHED, finished)
  },

  findStuck: (server, open) => uncounted(server as HttpServer, open),

  freeze: freezeHttp1,

  prepare: warmUp,

  receive(server, accept, connection, { used, requests }) {
    const socket = accept(connection)
    if (socket === undefined) return false
    if (!isReadByHttp(socket)) {
      takenElsewhere.add(server)
      // This closes only our copy: the predecessor still has the connection.
      socket.destroy()
      return false
    }
    limitRequests(server as HttpServer, socket, Number(requests))
    // On an unused connection, Node's own timeouts for the first request are right.
    if (used === true) keepAlive(server as HttpServer, socket)
    return true
  },
}
