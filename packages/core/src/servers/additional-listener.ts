import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { countsConnections, recouple } from '../node/internals/connection-count.ts'
import { acceptOptions } from '../node/internals/server-options.ts'

/**
 * A listening socket for a server that has one already, as `localhost` may want two: whatever is accepted is given to
 * `server` as its own connection (https://nodejs.org/api/http.html#event-connection), so that it is counted, drained and
 * handed over like all others.
 */
export function additionalListenerOf(server: Server): Server {
  return createServer(acceptOptions(server), (socket) => {
    if (countsConnections(server)) recouple(socket, server)
    server.emit('connection', socket)
  })
}
