import { Gate } from './gate.ts'
import type { HeldHead } from './held-head.ts'
import type { Client, Conn, Engine, Io, IoSocket, Packet } from './internals/socket-io.ts'
import { TYPE } from './internals/socket-io.ts'
import { shadow } from './internals/shadow.ts'
import type { SessionState, SocketState } from './session.ts'

/** How the default parser writes a CONNECT_ERROR. */
const CONNECT_ERROR = String(TYPE.connectError)

/**
 * A client that comes from the predecessor: it is opened as its client once opened it, with the packets that the client sent
 * then, and what is answered to them the client has had.
 */
export class Arrival {
  readonly state: SessionState
  readonly #head: HeldHead
  readonly #gate: Gate
  readonly #joined: (socket: IoSocket, state: SocketState) => void
  readonly #left = new Map<string, SocketState>()
  #restore: (() => void)[] = []
  #conn: Conn | undefined
  #watched = false

  /**
   * @param socket the WebSocket of `ws`
   * @param joined called when a socket is in its rooms, before the listeners of 'connection'
   */
  constructor(
    state: SessionState,
    { socket, head, engine }: { socket: object; head: HeldHead; engine: Engine },
    joined: (socket: IoSocket, state: SocketState) => void,
  ) {
    this.state = state
    this.#head = head
    this.#gate = new Gate(socket, engine.opts.initialPacket === undefined ? 1 : 2)
    this.#joined = joined
    for (const one of state.sockets) this.#left.set(one.nsp, one)
  }

  /** Engine.IO has opened it, and Socket.IO waits for the first packets. */
  begin(conn: Conn, io: Io): void {
    this.#conn = conn
    this.#restore.push(shadow(conn.transport, '_canSendPreEncodedFrame', () => () => false))
    const refused = ({ type, data }: { type: string; data?: unknown }): void => {
      if (type === 'message' && typeof data === 'string' && data.startsWith(CONNECT_ERROR)) this.#head.refuse()
    }
    conn.on('packetCreate', refused)
    this.#restore.push(() => void conn.off('packetCreate', refused))
    for (const { nsp, handshake } of this.state.sockets) {
      const connect: Packet = { type: TYPE.connect, nsp, data: handshake.auth }
      for (const part of io.encoder.encode(connect)) conn.emit('data', part)
    }
  }

  /** Calls `make` with what its client once sent, but for what would bring another session back. */
  async dress(
    nsp: string,
    client: Client,
    auth: Record<string, unknown>,
    make: (auth: Record<string, unknown>) => Promise<IoSocket>,
  ): Promise<IoSocket> {
    this.#watch(client)
    const { pid: _, offset: __, ...rest } = auth
    const socket = await make(rest)
    const state = this.#left.get(nsp)
    if (state === undefined) return socket
    socket.id = state.id
    if (state.pid !== undefined) socket.pid = state.pid
    socket.data = state.data
    socket.handshake = { ...socket.handshake, ...state.handshake }
    socket.recovered = true
    void socket.join(state.rooms)
    return socket
  }

  /** Keeps back the packets by which namespaces let sockets in. */
  #watch(client: Client): void {
    if (this.#watched) return
    this.#watched = true
    this.#restore.push(
      shadow(client, '_packet', (send) => (packet: Packet, options?: object) => {
        if (packet.type === TYPE.connect) return this.#join(client, String(packet.nsp))
        if (packet.type === TYPE.connectError) return this.#head.refuse()
        return send.call(client, packet, options)
      }),
    )
  }

  #join(client: Client, nsp: string): void {
    const state = this.#left.get(nsp)
    // The client itself knows it only after this packet.
    const socket = state && client.server._nsps.get(nsp)?.sockets.get(state.id)
    if (state === undefined || socket === undefined) return
    this.#left.delete(nsp)
    this.#joined(socket, state)
    // By then, 'connection' has come.
    if (this.#left.size === 0) process.nextTick(() => this.#finish())
  }

  #finish(): void {
    for (const restore of this.#restore) restore()
    if (!this.#head.release()) return
    this.#gate.open()
    // The predecessor may have sent its last ping long ago.
    this.#conn?.sendPacket('ping')
    this.#conn?.resetPingTimeout(this.#conn.server.opts.pingTimeout)
  }
}
