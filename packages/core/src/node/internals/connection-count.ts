import type { Server, Socket } from 'node:net'

/** Which server a socket counts for: `server` is for the HTTP parser, `_server` for the number of open connections. */
interface Counted {
  server: Server | null
  _server: Server | null
}

/** Whether a server counts its connections the way that `recouple` relies on. */
export const countsConnections = (server: Server): boolean => typeof counterOf(server)._connections === 'number'

/** Makes a socket that another server accepted one of this server's own, for all that counts: `getConnections()`, `'close'`. */
export function recouple(socket: Socket, server: Server): void {
  const counted = socket as unknown as Counted
  const { _server: acceptedBy } = counted
  if (acceptedBy !== null && acceptedBy !== undefined) counterOf(acceptedBy)._connections -= 1
  counted.server = server
  counted._server = server
  counterOf(server)._connections += 1
}

const counterOf = (server: Server): { _connections: number } => server as unknown as { _connections: number }
