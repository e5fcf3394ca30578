import type { Http2Server, Http2Session, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Server, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** Public members tell: the server classes of node:http2 are not exported. */
export const isHttp2Server = (server: Server): server is Http2Server => 'updateSettings' in server

/** What a session has to do. */
export interface Load {
  /** How many streams are open. */
  streams: number
  /** How many ended unanswered, because the session did. */
  lost: number
}

export type Sessions = ReadonlyMap<ServerHttp2Session, Readonly<Load>>

/** The sessions of an HTTP/2 server, which only an event tells, and what each has to do. */
const sessions = new WeakMap<Server, Sessions>()

export function followSessions(server: Http2Server): void {
  const open = new Map<ServerHttp2Session, Load>()
  sessions.set(server, open)
  server.on('session', (session) => {
    const load = { streams: 0, lost: 0 }
    open.set(session, load)
    session.once('close', () => open.delete(session))
    session.on('stream', (stream) => {
      load.streams += 1
      stream.once('close', () => {
        load.streams -= 1
        if (session.destroyed && isUnanswered(stream)) load.lost += 1
      })
    })
  })
}

/** Whether its answer had not been written to its end. Where Node has to abort a stream, it ends the writing itself. */
const isUnanswered = ({ aborted, writableFinished }: ServerHttp2Stream): boolean => aborted || !writableFinished

/** The open sessions of a server, and what each has to do. */
export const sessionsOf = (server: Server): Sessions => sessions.get(server) ?? new Map()

/**
 * The socket below a session; `undefined`: the session is destroyed. What the session itself shows as its socket cannot be
 * asked any more then.
 */
export const socketOf = (session: Http2Session): Socket | undefined =>
  // A method of the socket returns that itself.
  session.destroyed ? undefined : session.socket.off('close', () => {})

/** With `allowHTTP1`, an HTTP/2 server serves as well what did not agree on HTTP/2. */
export const speaksHttp1 = (socket: Socket): boolean =>
  'encrypted' in socket && (socket as TLSSocket).alpnProtocol !== 'h2'
