import type { Http2Server, ServerHttp2Session } from 'node:http2'
import type { Server } from 'node:net'
import type { Drain, Draining } from './drain.ts'

/** RFC 9113, 6.8: "no new streams, but I do not say yet which was the last": the highest stream there can be. */
const LAST_STREAM = 2 ** 31 - 1
const NO_ERROR = 0

/** Public members tell: the server classes of node:http2 are not exported. */
export const isHttp2Server = (server: Server): server is Http2Server => 'updateSettings' in server

/** The sessions of an HTTP/2 server, which only an event tells. Kept from the start, as a server has no list of them. */
const sessions = new WeakMap<Server, Set<ServerHttp2Session>>()

export function followSessions(server: Http2Server): void {
  const open = new Set<ServerHttp2Session>()
  sessions.set(server, open)
  server.on('session', (session) => {
    open.add(session)
    session.once('close', () => open.delete(session))
  })
}

/**
 * HTTP/2 (RFC 9113): streams finish; new ones are refused in two steps, since a single GOAWAY loses the streams that are
 * on their way. The first says that the end is near; a round trip later, when the client must have seen it, the
 * session closes after its last stream.
 */
export function drainHttp2({ server, connections, ledger }: Draining): Drain {
  const cutSessions = new WeakSet<object>()
  const leave = (session: ServerHttp2Session): void => {
    session.once('close', () => void (ledger[cutSessions.has(session) ? 'cut' : 'finished'] += 1))
    session.goaway(NO_ERROR, LAST_STREAM)
    if (!session.ping(() => session.destroyed || session.close())) session.close()
  }
  for (const session of sessions.get(server) ?? []) leave(session)
  server.on('session', leave)
  return {
    cut() {
      for (const session of sessions.get(server) ?? []) {
        cutSessions.add(session)
        session.destroy()
      }
      connections.destroyAll()
    },
    end: () => void server.off('session', leave),
  }
}
