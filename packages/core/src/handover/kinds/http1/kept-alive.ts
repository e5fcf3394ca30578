import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { keepAliveTimeoutOf } from '../../../connections/keep-alive-timeout.ts'
import { isUnused } from '../../../connections/unused.ts'
import { beforeFirstRequest } from '../../../node/internals/http-parser.ts'

/** Connections that came here after they had been used elsewhere. */
const kept = new WeakSet<Socket>()
/** The connections of a server on which nothing was sent since, where Node could take that for a late request. */
const waiting = new WeakMap<HttpServer, Set<Socket>>()

/** Whether a request was ever made on this connection, in this process or in an earlier one. */
export const wasUsed = (socket: Socket): boolean => !isUnused(socket) || kept.has(socket)

/**
 * Gives an idle connection that came here the timeout that Node gives between two requests, and no other. Node starts
 * the keep-alive timeout after a response, and this process has sent none on it. And Node takes a connection without a
 * byte for a client that is late with its first header.
 */
export function keepAlive(server: HttpServer, socket: Socket): void {
  kept.add(socket)
  const timeout = keepAliveTimeoutOf(server)
  if (timeout !== undefined && beforeFirstRequest(socket, () => socket.setTimeout(server.timeout || 0))) {
    socket.setTimeout(timeout)
  }
  if (isShorter(server, timeout)) beNoLater(server, socket)
}

/** Whether a timeout for late requests would come before the keep-alive timeout. */
const isShorter = (server: HttpServer, timeout = Infinity): boolean =>
  [server.headersTimeout, server.requestTimeout].some((late) => late > 0 && late <= timeout)

/**
 * Keeps Node from answering 408 and closing. Node first emits a 'clientError', once; to handle it keeps the connection.
 * A listener cannot do that: where there is one, Node leaves all other errors to it as well. So `emit` is replaced, for
 * as long as a connection waits.
 */
function beNoLater(server: HttpServer, socket: Socket): void {
  const sockets = waiting.get(server) ?? startPatience(server)
  sockets.add(socket)
  const over = (): void => {
    sockets.delete(socket)
    socket.off('close', over)
  }
  beforeFirstRequest(socket, over)
  socket.once('close', over)
}

function startPatience(server: HttpServer): Set<Socket> {
  const sockets = new Set<Socket>()
  waiting.set(server, sockets)
  const emit = server.emit
  const patient = function (this: HttpServer, event: string | symbol, ...args: unknown[]): boolean {
    const [error, socket] = args as [NodeJS.ErrnoException, Socket]
    if (sockets.size === 0) stop()
    const isLate = event === 'clientError' && error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    if (isLate && sockets.has(socket) && socket.bytesRead === 0) return true
    return Reflect.apply(emit, this, [event, ...args])
  } as HttpServer['emit']
  const stop = (): void => {
    if (server.emit !== patient) return
    server.emit = emit
    waiting.delete(server)
  }
  server.emit = patient
  return sockets
}
