import type { EventEmitter } from 'node:events'
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * The parts of Socket.IO 4.6 to 4.8 and of its Engine.IO 6.4 to 6.6 that we use and that they do not document. Each is
 * checked before it is used (`isKnown()`, `isKnownConn()`), so that another version falls back to closes.
 */

/** Of a packet of Socket.IO (https://socket.io/docs/v4/socket-io-protocol/). */
export const TYPE = {
  connect: 0,
  disconnect: 1,
  event: 2,
  ack: 3,
  connectError: 4,
  binaryEvent: 5,
  binaryAck: 6,
} as const

export interface Packet {
  type: number
  nsp?: string
  id?: number | undefined
  data?: unknown
}

export type EngineRequest = IncomingMessage & { _query?: Record<string, string>; res?: ServerResponse }

export interface Transport extends EventEmitter {
  readonly name: string
  /** Whether all that was sent is with the socket. */
  readonly writable: boolean
  /** The WebSocket of `ws`. */
  readonly socket?: object
  /** Whether the bytes of a broadcast, made once for all clients, go to the sender of `ws` without its `send()`. */
  _canSendPreEncodedFrame?(packet: unknown): boolean
}

/** A connection of Engine.IO. */
export interface Conn extends EventEmitter {
  readonly server: Engine
  readonly id: string
  readonly protocol: number
  readonly readyState: string
  readonly request: EngineRequest
  readonly transport: Transport
  readonly upgrading: boolean
  readonly writeBuffer: readonly unknown[]
  readonly pingIntervalTimer: NodeJS.Timeout | null
  readonly pingTimeoutTimer: NodeJS.Timeout | null
  sendPacket(type: string): void
  resetPingTimeout(time: number): void
  close(discard?: boolean): void
}

export type Verified = (errorCode?: number, context?: unknown) => void

export interface Engine extends EventEmitter {
  readonly opts: { readonly pingTimeout: number; readonly initialPacket?: unknown }
  readonly clients: Record<string, Conn>
  clientsCount: number
  /** The server of `ws`. It is made anew when the HTTP server listens. */
  ws?: unknown
  generateId(request: EngineRequest): unknown
  handleUpgrade(request: EngineRequest, socket: Duplex, head: Buffer): void
  verify(request: EngineRequest, upgrade: boolean, done: Verified): unknown
}

/** What the namespaces of a connection share. */
export interface Client {
  readonly server: Io
  readonly conn: Conn
  readonly sockets: ReadonlyMap<string, IoSocket>
  /** What it has read of a packet in several frames, if anything. */
  readonly decoder: { readonly reconstructor?: unknown }
  writeToEngine(packets: unknown, options: WriteOptions): void
  _packet(packet: Packet, options?: object): void
}

export interface WriteOptions {
  readonly preEncoded?: boolean
}

export interface IoSocket extends EventEmitter {
  id: string
  pid?: string
  data: unknown
  recovered: boolean
  readonly connected: boolean
  handshake: Record<string, unknown>
  readonly nsp: Namespace
  readonly client: Client
  readonly rooms: ReadonlySet<string>
  readonly acks: Map<number, (...args: unknown[]) => void>
  join(rooms: string | readonly string[]): unknown
  leave(room: string): unknown
  disconnect(close?: boolean): unknown
  onack(packet: Packet): void
  _onclose(reason: string): unknown
  _cleanup(): void
}

export interface Selection {
  readonly rooms: ReadonlySet<string>
  readonly except?: ReadonlySet<string>
  readonly flags?: Readonly<Record<string, unknown>> | undefined
}

export interface Session {
  readonly sid: string
  readonly pid: string
  readonly rooms: readonly string[]
  readonly data: unknown
}

/** A packet that the adapter keeps for clients that come back. */
export interface KeptPacket {
  readonly id: string
  readonly opts: Selection
  readonly data: readonly unknown[]
  readonly emittedAt: number
}

export interface Adapter {
  broadcast(packet: Packet, selection: Selection): unknown
  broadcastWithAck(packet: Packet, selection: Selection, counted: Counted, ack: Ack): void
  addSockets(selection: Selection, rooms: readonly string[]): unknown
  delSockets(selection: Selection, rooms: readonly string[]): unknown
  disconnectSockets(selection: Selection, close: boolean): unknown
  fetchSockets(selection: Selection): Promise<SocketDetails[]>
  persistSession(session: Session): void
  /** Of the adapter that keeps packets and sessions, if the application has switched `connectionStateRecovery` on. */
  readonly packets?: KeptPacket[]
  readonly sessions?: Map<string, Session>
}

export type Counted = (clients: number) => void
export type Ack = (...args: unknown[]) => void

export interface SocketDetails {
  readonly id: string
  readonly handshake: unknown
  readonly rooms: Iterable<string>
  readonly data: unknown
}

export interface Namespace extends EventEmitter {
  readonly name: string
  readonly server: Io
  readonly adapter: Adapter
  readonly sockets: Map<string, IoSocket>
  _ids: number
  _initAdapter(): void
  _createSocket(client: Client, auth: Record<string, unknown>): Promise<IoSocket>
}

export interface Io extends EventEmitter {
  readonly engine?: Engine
  readonly httpServer?: HttpServer
  readonly encoder: { encode(packet: Packet): (string | Buffer)[] }
  readonly _parser: { readonly Decoder: new () => Decoder }
  readonly _nsps: Map<string, Namespace>
  path(): string
  bind(engine: Engine): unknown
}

export interface Decoder extends EventEmitter {
  add(part: string | Buffer): void
}

const isFunction = (value: unknown): boolean => typeof value === 'function'

/** Whether a server of Socket.IO has what a move needs: so have 4.6 to 4.8. */
export function isKnown(io: Io): boolean {
  const nsp = io._nsps?.get('/')
  return (
    nsp !== undefined &&
    isFunction(io.encoder?.encode) &&
    isFunction(io._parser?.Decoder) &&
    [nsp._createSocket, nsp._initAdapter, nsp.adapter?.broadcast, nsp.adapter?.persistSession].every(isFunction) &&
    typeof nsp._ids === 'number'
  )
}

/** Whether its Engine.IO has what a move needs: so have 6.4 to 6.6, but not that of uWebSockets.js. */
export const isKnownEngine = (engine: Engine): boolean =>
  [engine.generateId, engine.handleUpgrade, engine.verify].every(isFunction) && typeof engine.clients === 'object'

/** Whether a connection has what a move needs, of itself and of its client. */
export const isKnownConn = (conn: Conn, client: Client): boolean =>
  [conn.sendPacket, conn.resetPingTimeout, client.writeToEngine, client._packet].every(isFunction) &&
  isFunction(conn.transport._canSendPreEncodedFrame) &&
  'pingIntervalTimer' in conn &&
  'pingTimeoutTimer' in conn &&
  client.sockets instanceof Map
