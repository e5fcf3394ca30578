import type { Server, Socket } from 'node:net'

/** The servers of a socket: the HTTP parser uses `server`, and `_server` counts it as an open connection. */
interface Counted {
  server: Server | null
  _server: Server | null
}

/** Whether this Node counts connections in the way that `recouple` relies on. */
export const countsConnections = (server: Server): boolean => typeof counterOf(server)._connections === 'number'

/** Hands a socket that another server accepted to this server, for all that counts: `getConnections()`, `'close'`. */
export function recouple(socket: Socket, server: Server): void {
  const counted = socket as unknown as Counted
  const { _server: acceptedBy } = counted
  if (acceptedBy !== null && acceptedBy !== undefined) counterOf(acceptedBy)._connections -= 1
  counted.server = server
  counted._server = server
  counterOf(server)._connections += 1
}

const counterOf = (server: Server): { _connections: number } => server as unknown as { _connections: number }
