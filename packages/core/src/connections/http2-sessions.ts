import type { Http2Server, ServerHttp2Session } from 'node:http2'
import type { Server, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** Public members tell: the server classes of node:http2 are not exported. */
export const isHttp2Server = (server: Server): server is Http2Server => 'updateSettings' in server

export type Sessions = ReadonlyMap<ServerHttp2Session, { readonly streams: number }>

/** The sessions of an HTTP/2 server, which only an event tells, and how many streams each has open. */
const sessions = new WeakMap<Server, Sessions>()

export function followSessions(server: Http2Server): void {
  const open = new Map<ServerHttp2Session, { streams: number }>()
  sessions.set(server, open)
  server.on('session', (session) => {
    const load = { streams: 0 }
    open.set(session, load)
    session.once('close', () => open.delete(session))
    session.on('stream', (stream) => {
      load.streams += 1
      stream.once('close', () => void (load.streams -= 1))
    })
  })
}

/** The open sessions of a server, and how many streams each has. */
export const sessionsOf = (server: Server): Sessions => sessions.get(server) ?? new Map()

/** With `allowHTTP1`, an HTTP/2 server serves as well what did not agree on HTTP/2. */
export const speaksHttp1 = (socket: Socket): boolean =>
  'encrypted' in socket && (socket as TLSSocket).alpnProtocol !== 'h2'
