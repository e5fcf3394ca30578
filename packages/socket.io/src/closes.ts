import type { Server } from 'node:net'
import type { ConnectionKind } from '@zerodown/core/kinds'
import { spread } from '@zerodown/ws'
import type { Conn, Engine, Io } from './internals/socket-io.ts'
import { shadow } from './internals/shadow.ts'
import type { Link } from './neighbours.ts'
import { NAME } from './neighbours.ts'

/** How long a client that comes to the new process waits for the end of its connection in the old one. ms */
const PATIENCE = 2000

/** A server of Socket.IO whose connections are closed while its HTTP server drains. */
export interface Closing {
  readonly io: Io
  /** Whether @zerodown/ws closes it, if it does not move. */
  isMoving(conn: Conn): boolean
}

const closing = new Set<Closing>()

export const addClosing = (one: Closing): unknown => closing.add(one)

const serversOn = (server: Server): Closing[] => [...closing].filter(({ io }) => io.httpServer === server)

/**
 * Closes the connections of Socket.IO that cannot move, a few at a time, so that their clients do not come back all at once.
 * None of them ever moves as this kind.
 */
export const closes: ConnectionKind = {
  name: NAME,
  isServedBy: (server) => serversOn(server).length > 0,
  obstacle: () => undefined,
  findIdle: () => [],
  freeze: () => undefined,
  receive: () => false,
  drain(server, { time }) {
    const find = (): Conn[] =>
      serversOn(server).flatMap(({ io, isMoving }) =>
        Object.values(io.engine?.clients ?? {}).filter((conn) => conn.readyState === 'open' && !isMoving(conn)),
      )
    return spread(find, (conn) => conn.close(), time)
  },
}

/**
 * A client of HTTP long polling may come to the new process with its next request, while its connection is in the old one.
 * It has to connect again. Before it is told so the old process ends that connection, so that its session is here when it does.
 */
export function endInPredecessor(engine: Engine, link: Link): void {
  shadow(engine, 'verify', (verify) => (request, upgrade, done) => {
    const sid = request._query?.sid
    if (sid === undefined || Object.hasOwn(engine.clients, sid) || !link.has('predecessor')) {
      return verify.call(engine, request, upgrade, done)
    }
    const asked = link.ask('predecessor', (ask) => ({ type: 'close', sid, ask }), PATIENCE)
    return void asked.then(() => verify.call(engine, request, upgrade, done))
  })
}

/** Ends a connection whose client has come to the successor. */
export function endHere(engine: Engine | undefined, sid: string): void {
  const conn = engine?.clients[sid]
  // What it has not had yet, the session has.
  if (conn !== undefined) conn.close(true)
}
