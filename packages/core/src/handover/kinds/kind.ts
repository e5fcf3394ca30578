import type { Server, Socket } from 'node:net'

/**
 * Makes a socket of the server's own over a native handle, as for one that the kernel accepts. It may not: there may be a
 * limit (`maxConnections`), or an address that the server takes nothing from (`blockList`).
 */
export type Accept = (connection: object) => Socket | undefined

/** What goes along with a connection, as JSON can tell it. The other process may run another version of the same kind. */
export type Details = Readonly<Record<string, unknown>>

/** A connection that is read by nobody: not here any more, and not yet over there. */
export interface Freeze {
  readonly details: Details
  /** Whatever may have set it reading since then, it is read by nobody. @returns `false` if that cannot be */
  again(): boolean
  /** It stays here: reads on, with all that it had. */
  thaw(): void
}

/**
 * A kind of connection that can move to a successor: plain HTTP/1.1, say, or one that was upgraded. Whoever writes the next
 * one writes this object and names it in `kinds.ts`.
 *
 * How a connection moves: a copy of it goes over, which the successor only holds. When the connection is idle, it is
 * frozen, and its details go over. From then on it is the successor's: `receive()` serves it there. If the successor
 * does not take it, it thaws, and is served here as before. A server may have connections of several kinds at the same
 * time. Each kind finds its own, and those of one kind never wait for those of another.
 */
export interface ConnectionKind {
  /** By this the two processes name it to each other: a successor that does not know the name gets none of its connections. */
  readonly name: string

  /** Whether connections of this server can be of this kind. */
  isServedBy(server: Server): boolean

  /**
   * Why its connections can neither leave nor come, although the server serves this kind.
   * @returns a sentence for the log; `undefined`: they can
   */
  obstacle(server: Server): string | undefined

  /** The server listens. From here on the kind may note what `details` has to say later. */
  begin?(server: Server): void

  // In the process that the connections leave:

  /** Of these connections of the server, those of this kind that have nothing in flight: nobody waits for a byte. */
  findIdle(server: Server, open: ReadonlySet<Socket>): Iterable<Socket>

  /**
   * Tells of connections of any server that may be idle from the next turn of the event loop on. The kind may do
   * without: all are looked at every 50 ms. Only one that is never quiet for so long is missed then.
   * @returns how to stop
   */
  followIdle?(mayBeIdle: (socket: Socket) => void): () => void

  /** Of these connections, those that can never move. */
  findStuck?(server: Server, open: ReadonlySet<Socket>): Iterable<Socket>

  /**
   * Stops reading it, in this very turn: no byte may be read that the successor would miss. What was read and is not
   * served yet goes along in the details.
   * @returns `undefined` if it cannot be stopped; it is then served on
   */
  freeze(socket: Socket): Freeze | undefined

  // In the process to which they come:

  /** Makes ready for many at once. Connections come when it resolves, or rejects. */
  prepare?(): Promise<void>

  /**
   * Serves a connection that the predecessor accepted, as if this server had accepted it itself. It may take its time, and
   * may still say no: for as long as it has said neither, the client waits.
   * @param accept makes the socket
   * @param connection its native handle, which nobody reads yet
   * @returns whether it is served. If not, `connection` is closed, and the predecessor serves on: no byte may have been
   *   read or written. To reject means the same
   */
  receive(server: Server, accept: Accept, connection: object, details: Details): boolean | Promise<boolean>
}
