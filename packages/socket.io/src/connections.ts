import type { Client, Conn, Io, IoSocket } from './internals/socket-io.ts'
import { isKnownConn } from './internals/socket-io.ts'
import { shadow } from './internals/shadow.ts'

/** A connection of Engine.IO over a WebSocket, and what Socket.IO has made of it. */
export interface Connection {
  readonly conn: Conn
  readonly client: Client
}

/** Which connection is over which WebSocket, and whether it is quiet. */
export class Connections {
  readonly #overSockets = new WeakMap<object, Conn>()
  readonly #clients = new WeakMap<Conn, Client>()
  /** Sockets whose namespace has not let them in, nor refused them. */
  readonly #joining = new WeakMap<Client, Set<IoSocket | symbol>>()
  readonly #known = new WeakMap<Conn, boolean>()

  /** Called with each new connection. */
  add(conn: Conn): void {
    const note = (transport: Conn['transport']): void => {
      if (transport.socket !== undefined) this.#overSockets.set(transport.socket, conn)
    }
    note(conn.transport)
    conn.on('upgrade', note)
  }

  /** Called when a client joins a namespace. @returns to be called with the socket that has been made */
  joining(client: Client): (socket: IoSocket) => void {
    this.#clients.set(client.conn, client)
    const joining = this.#joining.get(client) ?? new Set()
    this.#joining.set(client, joining)
    const making = Symbol('making')
    joining.add(making)
    return (socket) => {
      joining.delete(making)
      joining.add(socket)
      shadow(socket, '_cleanup', (before) => () => {
        joining.delete(socket)
        before.call(socket)
      })
    }
  }

  clientOf(conn: Conn): Client | undefined {
    return this.#clients.get(conn)
  }

  /** @returns the connection over a WebSocket, if it is quiet: it is in the middle of nothing */
  quiet(socket: object): Connection | undefined {
    const conn = this.#overSockets.get(socket)
    const client = conn && this.#clients.get(conn)
    if (conn === undefined || client === undefined || !this.#isKnown(conn, client)) return undefined
    const { transport } = conn
    const isQuiet =
      conn.readyState === 'open' &&
      // Clients of Socket.IO 2 send the pings themselves.
      conn.protocol === 4 &&
      transport.socket === socket &&
      !conn.upgrading &&
      conn.writeBuffer.length === 0 &&
      transport.writable &&
      client.sockets.size > 0 &&
      (client.decoder.reconstructor ?? null) === null &&
      !this.#isJoining(client)
    return isQuiet ? { conn, client } : undefined
  }

  #isJoining(client: Client): boolean {
    const joining = this.#joining.get(client)
    for (const one of joining ?? []) if (typeof one !== 'symbol' && one.connected) joining?.delete(one)
    return joining !== undefined && joining.size > 0
  }

  #isKnown(conn: Conn, client: Client): boolean {
    const known = this.#known.get(conn) ?? isKnownConn(conn, client)
    this.#known.set(conn, known)
    return known
  }
}

/** The sockets of a server that have come from another process, or that will not end with their connection here. */
export const socketOf = (io: Io, nsp: string, id: string): IoSocket | undefined => io._nsps.get(nsp)?.sockets.get(id)
