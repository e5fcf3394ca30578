import type { Http2Server, ServerHttp2Session } from 'node:http2'
import type { Server, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { announceLastAnswers } from '../connections/last-answer.ts'
import type { Drain, Draining } from './draining.ts'
import type { Outcome } from './ledger.ts'

/** Public members tell: the server classes of node:http2 are not exported. */
export const isHttp2Server = (server: Server): server is Http2Server => 'updateSettings' in server

/** The sessions of an HTTP/2 server, which only an event tells, and how many streams each has open. */
const sessions = new WeakMap<Server, Map<ServerHttp2Session, { streams: number }>>()

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

/**
 * HTTP/2 (RFC 9113): streams finish, new ones are refused as not processed, which a client may send again.
 *
 * The GOAWAY comes a round trip after the decision, when what was on its way is here. RFC 9113, 6.8 knows a gentler
 * way, a first GOAWAY that names the highest stream there can be; but the one that Node can send makes nghttp2 take no
 * new stream at all, whatever it names, and hear no more of a session that has none.
 */
export function drainHttp2({ server, connections, ledger }: Draining): Drain {
  const open = sessions.get(server) ?? new Map()
  const outcomes = new WeakMap<object, Outcome>()
  const count = (what: object): void => void (ledger[outcomes.get(what) ?? 'finished'] += 1)

  const leave = (session: ServerHttp2Session): void => {
    session.once('close', () => count(session))
    // One that the application ends already must not hear a second GOAWAY with a higher stream.
    if (session.destroyed || session.closed) return
    if (!session.ping(() => session.destroyed || session.close())) session.close()
  }
  for (const session of open.keys()) leave(session)
  server.on('session', leave)

  // With `allowHTTP1`, what did not agree on HTTP/2 is served by the same server.
  connections.follow((socket) => {
    if (speaksHttp1(socket)) socket.once('close', () => count(socket))
  })
  const lastAnswers = announceLastAnswers(server, { stays: () => true, answering() {} })

  return {
    cut() {
      for (const [session, { streams }] of open) {
        outcomes.set(session, streams > 0 ? 'cut' : 'closedIdle')
        session.destroy()
      }
      for (const socket of connections.open) if (!lastAnswers.answered(socket)) outcomes.set(socket, 'cut')
      connections.destroyAll()
    },
    end() {
      server.off('session', leave)
      lastAnswers.end()
    },
  }
}

const speaksHttp1 = (socket: Socket): boolean => 'encrypted' in socket && (socket as TLSSocket).alpnProtocol !== 'h2'
