import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { countsConnections, recouple } from '../node/internals/connection-count.ts'
import { acceptOptions } from '../node/internals/server-options.ts'

/**
 * Makes a server for one more address of `server`, as `localhost` may be two. It gives each connection that it accepts
 * to `server` as its own (https://nodejs.org/api/http.html#event-connection), so that it is counted, drained and handed
 * over like all others.
 */
export function additionalListenerOf(server: Server): Server {
  return createServer(acceptOptions(server), (socket) => {
    if (countsConnections(server)) recouple(socket, server)
    server.emit('connection', socket)
  })
}
