import type { Connection } from './connections.ts'
import type { Engine, IoSocket, Transport, WriteOptions } from './internals/socket-io.ts'
import { shadow } from './internals/shadow.ts'
import type { SocketCall } from './messages.ts'

/** What a ghost needs of its server. */
export interface GhostHome {
  readonly engine: Engine
  /** Where what is written at the moment comes from, if a broadcast of the successor has come over. */
  readonly writesFor: () => 'successor' | 'selection' | undefined
  /** Does over there what the application does here. */
  readonly call: (call: SocketCall) => void
}

/**
 * Stands in for a connection from the moment in which it is frozen. To the application of this process its sockets stay
 * connected: what they send is sent by the new process (the WebSocket below does that), and what they do with their rooms is
 * done there, too.
 */
export class Ghost {
  readonly sockets: readonly IoSocket[]
  readonly #home: GhostHome
  readonly #connection: Connection
  readonly #restore: (() => void)[] = []
  /** Broadcasts of the successor: the socket gets them here, if it stays. */
  readonly #pending: (() => void)[] = []
  /** What is to be done over there, if it moves. */
  readonly #calls: SocketCall[] = []
  #moved = false

  constructor(home: GhostHome, connection: Connection) {
    this.#home = home
    this.#connection = connection
    const { client, conn } = connection
    this.sockets = [...client.sockets.values()]
    this.#restore.push(
      this.#hideFromEngine(),
      alwaysWritable(conn.transport),
      // The bytes of a broadcast would go past what holds back all that is sent.
      shadow(conn.transport, '_canSendPreEncodedFrame', () => () => false),
      shadow(client, 'writeToEngine', (write) => (packets: unknown, options: WriteOptions) => {
        if (this.#moved && options.preEncoded === true) return
        if (this.#home.writesFor() === 'successor') this.#pending.push(() => write.call(client, packets, options))
        else write.call(client, packets, options)
      }),
      ...this.sockets.flatMap((socket) => this.#haunt(socket)),
    )
  }

  get moved(): boolean {
    return this.#moved
  }

  /** The connection is served on here. */
  stay(): void {
    for (const restore of this.#restore) restore()
    for (const write of this.#pending) write()
    const disconnects = this.#calls.filter(({ method }) => method === 'disconnect')
    for (const { id, argument } of disconnects) this.#connection.client.sockets.get(id)?.disconnect(argument === true)
  }

  /** The new process serves it. */
  move(): void {
    this.#moved = true
    const { conn } = this.#connection
    // The new process sends the pings, and gets the pongs.
    if (conn.pingIntervalTimer !== null) clearTimeout(conn.pingIntervalTimer)
    if (conn.pingTimeoutTimer !== null) clearTimeout(conn.pingTimeoutTimer)
    this.#uncount()
    for (const call of this.#calls.splice(0)) {
      this.#home.call(call)
      // What a listener of 'disconnect' throws must not keep others from moving.
      process.nextTick(() => this.#hearOf(call))
    }
  }

  /** This process is about to end: what the application closes now is its own affair. */
  leave(): void {
    for (const socket of this.sockets) {
      if (socket.nsp.sockets.get(socket.id) === socket) socket.nsp.sockets.delete(socket.id)
    }
  }

  /**
   * `engine.close()` must not close it, which is called when the HTTP server closes: this may be in the moment in which its last
   * connection moves.
   */
  #hideFromEngine(): () => void {
    const { conn } = this.#connection
    const { clients } = this.#home.engine
    if (clients[conn.id] !== conn) return () => {}
    Reflect.deleteProperty(clients, conn.id)
    return () => {
      if (conn.readyState === 'open') clients[conn.id] = conn
    }
  }

  /** Of the clients of this process it is none any more; once it closes, the engine takes one off by itself. */
  #uncount(): void {
    const { engine } = this.#home
    engine.clientsCount -= 1
    this.#connection.conn.once('close', () => (engine.clientsCount += 1))
  }

  #haunt(socket: IoSocket): (() => void)[] {
    const { id } = socket
    const nsp = socket.nsp.name
    return [
      shadow(socket, 'join', (join) => (rooms: string | readonly string[]) => {
        this.#call({ type: 'socket', nsp, id, method: 'join', argument: rooms })
        return join.call(socket, rooms)
      }),
      shadow(socket, 'leave', (leave) => (room: string) => {
        this.#call({ type: 'socket', nsp, id, method: 'leave', argument: room })
        return leave.call(socket, room)
      }),
      shadow(socket, 'disconnect', () => (close = false) => {
        // The new process does this to all that are selected.
        if (this.#moved && this.#home.writesFor() === 'selection') return socket
        this.#call({ type: 'socket', nsp, id, method: 'disconnect', argument: close })
        return socket
      }),
    ]
  }

  #call(call: SocketCall): void {
    if (this.#moved) {
      this.#home.call(call)
      this.#hearOf(call)
    } else this.#calls.push(call)
  }

  /** Has the application of this process hear of the end of a socket, which it has asked for. */
  #hearOf({ method, id }: SocketCall): void {
    if (method === 'disconnect') this.sockets.find((one) => one.id === id)?._onclose('server namespace disconnect')
  }
}

/**
 * A transport takes nothing more until all that it was given has been sent, which the new process has to say. What waited for that
 * would come behind what the new process sends meanwhile.
 * @returns how to undo it
 */
function alwaysWritable(transport: Transport): () => void {
  let { writable } = transport
  Object.defineProperty(transport, 'writable', {
    configurable: true,
    enumerable: true,
    get: () => true,
    set(value: boolean) {
      writable = value
    },
  })
  return () => {
    Object.defineProperty(transport, 'writable', {
      configurable: true,
      enumerable: true,
      writable: true,
      value: writable,
    })
  }
}
