import type { Http2Server, ServerHttp2Session } from 'node:http2'
import type { Server, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { announceLastAnswers } from '../connections/last-answer.ts'
import type { Drain, Draining } from './draining.ts'
import type { Outcome } from './ledger.ts'

/** Tells by a public member, as node:http2 does not export its server classes. */
export const isHttp2Server = (server: Server): server is Http2Server => 'updateSettings' in server

/** The open sessions of each HTTP/2 server, and how many streams each has. Node tells of them by an event only. */
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
 * Drains HTTP/2 (RFC 9113). Open streams finish. New ones are refused as not processed, so that a client may send them
 * again.
 *
 * Each session is sent a ping, and a GOAWAY when the answer comes: a round trip later, when the streams that were on
 * their way have arrived. RFC 9113, 6.8 describes a gentler way, a first GOAWAY that names the highest possible stream.
 * But after any GOAWAY that Node can send, nghttp2 takes no new stream, and stops reading from a session that has none.
 */
export function drainHttp2({ server, connections, ledger }: Draining): Drain {
  const open = sessions.get(server) ?? new Map()
  const outcomes = new WeakMap<object, Outcome>()
  const count = (what: object): void => void (ledger[outcomes.get(what) ?? 'finished'] += 1)

  const leave = (session: ServerHttp2Session): void => {
    session.once('close', () => count(session))
    // If the application is ending the session, the client must not get a second GOAWAY with a higher stream.
    if (session.destroyed || session.closed) return
    if (!session.ping(() => session.destroyed || session.close())) session.close()
  }
  for (const session of open.keys()) leave(session)
  server.on('session', leave)

  // With `allowHTTP1`, the same server serves clients that did not agree on HTTP/2.
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
