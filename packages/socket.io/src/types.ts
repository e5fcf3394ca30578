/** A server of Socket.IO. */
export interface AnySocketIoServer {
  of(name: string): unknown
  bind(engine: never): unknown
  path(): string
}

/** The class of the sockets of a server. */
export type SocketOf<Server extends AnySocketIoServer> = Server extends {
  readonly sockets: { readonly sockets: ReadonlyMap<string, infer Socket> }
}
  ? Socket
  : unknown

/** How the clients of a Socket.IO server move. */
export interface SocketIoOptions<Socket = unknown> {
  /**
   * Called in the old process with each socket that has moved. Stop what would go on sending to it by itself, such as a timer
   * or a subscription: the new process has begun its own in 'connection'. There is no 'disconnect': the socket stays
   * connected for as long as this process lives, and what handlers send late is sent by the new process. If this throws, that is an
   * uncaught exception.
   */
  moved?(socket: Socket): void
  /**
   * How long handlers may take for their answers, and clients for theirs: so long the old process stays after the last
   * client has moved. What it sends meanwhile is sent by the new one, and acknowledgements that it waits for reach it.
   * What comes later is lost, as it has ended. At most what is left of `drainTimeout`. Default: 2000. ms
   */
  readonly answersWithin?: number
}
