import { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Server, Socket } from 'node:net'
import type { ConnectionKind } from '@zerodown/core/kinds'
import { limitRequests, requestsOn, serveRequests, stopReading, takeFromApplication } from '@zerodown/core/kinds'
import { watch } from './requests.ts'
import type { Waiting } from './waiting.ts'

interface Leaving {
  readonly waiting: Waiting
  readonly cannot: () => void
}

/** Requests whose sessions the successor has, in the order in which they came on their connections. */
const leaving = new Map<Socket, Leaving[]>()

/**
 * The connection of this request is to go where its session has gone.
 * @param cannot called if it turns out that it cannot
 */
export function moveOn(waiting: Waiting, cannot: () => void): void {
  const { socket } = waiting.request
  const others = leaving.get(socket)
  if (others !== undefined) return void others.push({ waiting, cannot })
  leaving.set(socket, [{ waiting, cannot }])
  socket.once('close', () => settle(socket))
}

/** Whether requests before this one on its connection are about to move: then it has to move with them. */
export const isMoving = (socket: Socket): boolean => leaving.has(socket)

/** Gives up: there is nobody to take them. */
export function stayAll(): void {
  for (const socket of leaving.keys()) settle(socket, ({ waiting }) => waiting.release())
}

/**
 * The requests of this connection do not wait to move any more.
 * @param how what becomes of each; nothing, if the connection has closed
 */
function settle(socket: Socket, how?: (one: Leaving) => void): void {
  const requests = leaving.get(socket) ?? []
  leaving.delete(socket)
  if (how !== undefined) requests.forEach(how)
}

/** Something cannot go along, as a chunked body that is too long. */
const stayBehind = (socket: Socket): void => settle(socket, ({ cannot }) => cannot())

/** A connection with requests that nobody has answered, whose sessions are the successor's. */
export const sessionRequest: ConnectionKind = {
  name: 'session-request',

  isServedBy: (server) =>
    server instanceof HttpServer || server instanceof HttpsServer || 'updateSettings' in (server as Server),

  obstacle: () => undefined,

  begin: watch,

  *findIdle(server, open) {
    for (const [socket, requests] of leaving) {
      const [first] = requests
      const last = requests.at(-1)?.waiting
      // An earlier answer on the same connection is still being written.
      const isTurn = open.has(socket) && first?.waiting.isTurn === true
      if (
        !isTurn ||
        last === undefined ||
        !requests.every(({ waiting }) => waiting.isMovable(() => stayBehind(socket)))
      )
        continue
      if (last.isLast(server as HttpServer, open)) yield socket
      // The rest of a request has to come, of which the beginning was read.
      else last.readOn()
    }
  },

  freeze(socket) {
    const requests = leaving.get(socket)
    if (requests === undefined || stopReading(socket) === undefined) return undefined
    const bytes = Buffer.concat(requests.map(({ waiting }) => waiting.bytes))
    return {
      // The application was not given those that wait, so they are not counted yet.
      details: { bytes: bytes.toString('base64'), requests: requestsOn(socket) },
      again: () => stopReading(socket) !== undefined,
      // The successor does not take it, so the application has to answer without the session.
      thaw: () => settle(socket, ({ waiting }) => waiting.release()),
      moved() {
        takeFromApplication(socket)
        settle(socket, ({ waiting }) => waiting.leave())
      },
    }
  },

  receive: (server, accept, connection, { bytes, requests }) =>
    serveRequests(accept, connection, Buffer.from(String(bytes), 'base64'), (socket) =>
      // An older version says nothing of it.
      limitRequests(server as HttpServer, socket, Number(requests ?? 0)),
    ),
}
