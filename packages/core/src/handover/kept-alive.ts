import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { keepAliveTimeoutOf } from '../connections/keep-alive-timeout.ts'

/** Connections that came here after a request had been answered elsewhere. */
const kept = new WeakSet<Socket>()
const patient = new WeakSet<HttpServer>()

/** Whether a request was ever made on this connection, in this process or in an earlier one. */
export const wasUsed = (socket: Socket): boolean => socket.bytesRead > 0 || kept.has(socket)

/**
 * Gives a connection that came idle what Node gives one between two requests: the keep-alive timeout, and no other.
 * Node starts that after a response, and there was none yet in this process; and it takes a connection without a byte
 * for a client that is late with its first header.
 */
export function keepAlive(server: HttpServer, socket: Socket): void {
  kept.add(socket)
  closeAfterTimeout(server, socket)
  if (isShorter(server)) beNoLater(server)
}

/** `socket.setTimeout()` would go on counting while the next request is being answered. */
function closeAfterTimeout(server: HttpServer, socket: Socket): void {
  const timeout = keepAliveTimeoutOf(server)
  if (timeout === undefined) return
  const timer = setTimeout(() => {
    if (socket.bytesRead === 0) socket.destroy()
  }, timeout).unref()
  socket.once('close', () => clearTimeout(timer))
}

/** Whether a timeout for late requests would come before the keep-alive timeout. */
function isShorter(server: HttpServer): boolean {
  const timeout = keepAliveTimeoutOf(server) ?? Infinity
  return [server.headersTimeout, server.requestTimeout].some((late) => late > 0 && late <= timeout)
}

/**
 * Node asks, by `'clientError'`, before it answers 408 and closes, and asks once; to handle it keeps the connection. A
 * listener would not do: where there is one, Node leaves every other error to it.
 */
function beNoLater(server: HttpServer): void {
  if (patient.has(server)) return
  patient.add(server)
  const emit = server.emit
  server.emit = function (this: HttpServer, event: string | symbol, ...args: unknown[]): boolean {
    const [error, socket] = args as [NodeJS.ErrnoException, Socket]
    const isLate = event === 'clientError' && error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    if (isLate && kept.has(socket) && socket.bytesRead === 0) return true
    return Reflect.apply(emit, this, [event, ...args])
  } as HttpServer['emit']
}
