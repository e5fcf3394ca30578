import type { Server } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { ConnectionKind } from '@zerodown/core/kinds'
import { spread } from '@zerodown/ws'
import type { Conn, Io } from './internals/socket-io.ts'
import { NAME } from './neighbours.ts'

/** How long a client may take to poll once more, and so to hear that its connection has been closed. ms */
const LAST_POLL = 5000

/** ms */
const LOOK_AGAIN = 50

/** A server of Socket.IO whose connections are closed while its HTTP server drains. */
export interface Closing {
  readonly io: Io
  /** Whether @zerodown/ws closes it, if it does not move. */
  isMoving(conn: Conn): boolean
  /** Whether requests of HTTP long polling come from the successor. */
  isForwardedTo?(): boolean
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
  drain(server, { time, hold }) {
    const all = serversOn(server)
    const open = (): Conn[] => stayingOn(all).filter((conn) => conn.readyState === 'open')
    // What they poll with is a connection of the new process, so there may be none here at times.
    if (all.some((one) => one.isForwardedTo?.())) hold(untilClosed(() => stayingOn(all), open))
    return spread(open, (conn) => conn.close(), time)
  },
}

const stayingOn = (all: readonly Closing[]): Conn[] =>
  all.flatMap(({ io, isMoving }) => Object.values(io.engine?.clients ?? {}).filter((conn) => !isMoving(conn)))

/** Resolves when all have been told to close, and have closed or not come to hear of it. */
async function untilClosed(find: () => readonly Conn[], open: () => readonly Conn[]): Promise<void> {
  let told = performance.now()
  while (find().length > 0 && performance.now() < told + LAST_POLL) {
    await wait(LOOK_AGAIN, undefined, { ref: false })
    if (open().length > 0) told = performance.now()
  }
}
