import type { IoSocket } from './internals/socket-io.ts'

/** What goes along with a client: JSON. */
export interface SessionState {
  readonly version: 1
  /** Of which server of the process. */
  readonly io: string
  /** The id of its connection, which only the two ends know. */
  readonly sid: string
  /** Which ids of acknowledgements the old process gives. */
  readonly ids: number
  /** The last broadcast of the new process that it has had from the old one. */
  readonly heard: number
  readonly sockets: readonly SocketState[]
}

export interface SocketState {
  readonly nsp: string
  readonly id: string
  readonly pid?: string
  readonly rooms: readonly string[]
  readonly data: unknown
  readonly handshake: Readonly<Record<string, unknown>>
}

/** @throws if it comes from a version that says it in another way */
export function readSession(text: unknown): SessionState {
  const state = JSON.parse(String(text)) as Partial<SessionState>
  if (state.version !== 1 || typeof state.sid !== 'string' || !Array.isArray(state.sockets)) {
    throw new TypeError('it is from a version of @zerodown/socket.io that this one does not understand')
  }
  return state as SessionState
}

export function stateOf(socket: IoSocket): SocketState {
  const { id, pid, rooms, data, handshake, nsp } = socket
  return { nsp: nsp.name, id, ...(pid !== undefined && { pid }), rooms: [...rooms], data, handshake: plain(handshake) }
}

/** What Socket.IO has put there, but for what the application has added. */
function plain({
  headers,
  time,
  address,
  xdomain,
  secure,
  issued,
  url,
  query,
  auth,
}: IoSocket['handshake']): SocketState['handshake'] {
  return { headers, time, address, xdomain, secure, issued, url, query, auth }
}
