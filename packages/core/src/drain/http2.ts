import type { ServerHttp2Session } from 'node:http2'
import { sessionsOf, speaksHttp1 } from '../connections/http2-sessions.ts'
import { announceLastAnswers } from '../connections/last-answer.ts'
import type { Drain, Draining } from './draining.ts'
import type { Outcome } from './ledger.ts'
import { wasCut, watchForCut } from './lost-answers.ts'

/**
 * Drains HTTP/2 (RFC 9113). Open streams finish. New ones are refused as not processed, so that a client may send them
 * again.
 *
 * Each session is sent a ping, and a GOAWAY when the answer comes: a round trip later, when the streams that were on
 * their way have arrived. RFC 9113, 6.8 describes a gentler way, a first GOAWAY that names the highest possible stream.
 * But after any GOAWAY that Node can send, nghttp2 takes no new stream, and stops reading from a session that has none.
 * A session that the application destroys with streams unanswered is counted as one that the deadline cuts.
 */
export function drainHttp2({ server, connections, ledger }: Draining): Drain {
  const open = sessionsOf(server)
  const outcomes = new WeakMap<object, Outcome>()
  const count = (what: object): void => void (ledger[outcomes.get(what) ?? 'finished'] += 1)

  const leave = (session: ServerHttp2Session): void => {
    const wasCutHere = watchForCut(session, open.get(session))
    session.once('close', () => {
      if (!outcomes.has(session) && wasCutHere()) outcomes.set(session, 'cut')
      count(session)
    })
    // If the application is ending the session, the client must not get a second GOAWAY with a higher stream.
    if (session.destroyed || session.closed) return
    if (!session.ping(() => session.destroyed || session.close())) session.close()
  }
  for (const session of open.keys()) leave(session)
  server.on('session', leave)

  // With `allowHTTP1`, the same server serves clients that did not agree on HTTP/2.
  connections.follow((socket) => {
    if (!speaksHttp1(socket)) return
    socket.once('close', () => {
      if (wasCut(socket)) outcomes.set(socket, 'cut')
      count(socket)
    })
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
