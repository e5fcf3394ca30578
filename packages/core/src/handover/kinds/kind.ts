import type { Server, Socket } from 'node:net'

/**
 * Makes a socket of the server over a native handle, as for a connection that the kernel accepts. It makes none where
 * there is a limit (`maxConnections`), or where the server takes nothing from that address (`blockList`).
 */
export type Accept = (connection: object) => Socket | undefined

/**
 * What goes along with a connection; JSON has to be able to hold it. The other process may run another version of the
 * same kind.
 */
export type Details = Readonly<Record<string, unknown>>

/** A connection that nobody reads: this process no longer, and its successor not yet. */
export interface Freeze {
  readonly details: Details
  /**
   * Freezes it once more, if something has set it reading since.
   * @returns `false` if that is not possible
   */
  again(): boolean
  /** Called when it stays here: reads on, with all that it had. */
  thaw(): void
  /**
   * Called when the successor owns it, and this process has closed its copy. The application has not been told yet, and
   * must not take it for the end of the connection. Whatever it sends from now on, the kind has to bring to the successor, or to drop.
   */
  moved?(): void
}

/** What a kind has to know to end connections that cannot move. */
export interface KindDrain {
  /** The connections of the server; it changes. */
  readonly open: ReadonlySet<Socket>
  /** Whether this connection stays, as far as one can know now: there is no successor, or none that takes it. */
  stays(socket: Socket): boolean
  /** When what is left is cut. ms from now on */
  readonly time: number
  /**
   * Has the drain last until that settles, or what is left is cut: for clients that are not closed yet, and have no connection at times.
   * The server emits no 'close' before.
   */
  hold(until: Promise<unknown>): void
}

/**
 * A kind of connection that can move to a successor: plain HTTP/1.1, for example, or one that was upgraded. To add a
 * kind, write such an object and give it to `addKind()`.
 *
 * How a connection moves: the successor gets a copy of it, which it only holds. When the connection is idle it is
 * frozen, and its details are sent. From then on the successor owns it, and serves it by `receive()`. If the successor
 * does not take it, it thaws, and is served here as before. A server may have connections of several kinds at the same
 * time. Each kind finds its own, and no kind waits for another.
 */
export interface ConnectionKind {
  /**
   * The name by which the two processes know it. A successor that does not know the name gets none of its connections.
   */
  readonly name: string

  /**
   * The most connections of this kind that are frozen at a time: each waits until the successor has served all of them. Fewer where
   * to serve one takes long. Default: 8.
   */
  readonly most?: number

  /** Whether connections of this server can be of this kind. */
  isServedBy(server: Server): boolean

  /**
   * Why its connections can neither leave nor come, although the server serves this kind.
   * @returns a sentence for the log; `undefined`: they can
   */
  obstacle(server: Server): string | undefined

  /** Called when the server listens. From now on the kind may note what its details will have to say. */
  begin?(server: Server): void

  // In the process that the connections leave:

  /** The connections of this kind, among those of the server, that have nothing in flight: nobody waits for a byte. */
  findIdle(server: Server, open: ReadonlySet<Socket>): Iterable<Socket>

  /**
   * Calls `mayBeIdle` with connections of any server that may be idle from the next turn of the event loop on. A kind
   * may leave this out: all connections are looked at every 50 ms, which misses only those that are never quiet for so
   * long.
   * @returns how to stop
   */
  followIdle?(mayBeIdle: (socket: Socket) => void): () => void

  /** The connections, among these, that can never move. */
  findStuck?(server: Server, open: ReadonlySet<Socket>): Iterable<Socket>

  /**
   * Stops reading a connection, in this very turn: it must not read a byte that the successor would miss. Bytes that
   * were read and not served yet go along in the details.
   * @returns `undefined` if it cannot be stopped; then it is served on. To throw, or to return details that JSON cannot hold, means that
   *   it never moves, and is logged
   */
  freeze(socket: Socket): Freeze | undefined

  /**
   * Called when the server begins to drain, after a restart and at a shutdown, also where there is an obstacle. Ends by
   * itself what stays: closes it in the way of its protocol, a few at a time, so that not all clients come back at once.
   * @returns how to stop
   */
  drain?(server: Server, draining: KindDrain): () => void

  // In the process to which they come:

  /** Prepares for many connections at once. They come when it resolves or rejects. */
  prepare?(): Promise<void>

  /**
   * Serves a connection that the predecessor accepted, as if this server had accepted it itself. It may take its time,
   * and may refuse; until it has decided, the client waits.
   * @param accept makes the socket
   * @param connection its native handle, which nobody reads yet
   * @returns whether it is served. If not, `connection` is closed and the predecessor serves on, so no byte may have
   *   been read or written. To throw, or to reject, means the same, and is logged
   */
  receive(server: Server, accept: Accept, connection: object, details: Details): boolean | Promise<boolean>
}
