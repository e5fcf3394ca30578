import type { Socket } from 'node:net'
import { stopReading } from '../../../node/internals/handles.ts'
import type { Freeze } from '../kind.ts'
import { wasUsed } from './kept-alive.ts'
import { requestsOn } from './request-limit.ts'

/**
 * Freezes an HTTP/1.1 connection. Its details: `used`, whether a request was ever made on it; `requests`, how many were
 * answered, where the server limits them (`maxRequestsPerSocket`).
 */
export function freezeHttp1(socket: Socket): Freeze | undefined {
  const readOn = stopReading(socket)
  if (readOn === undefined) return undefined
  let timeout = 0
  /** The keep-alive timeout must not close it on its way. */
  const stopTimeout = (): void => {
    if (!socket.timeout) return
    timeout = socket.timeout
    socket.setTimeout(0)
  }
  stopTimeout()
  return {
    details: { used: wasUsed(socket), requests: requestsOn(socket) },
    /** An upload that outlasts its response goes on by itself: `IncomingMessage` starts the socket again. */
    again() {
      if (stopReading(socket) === undefined) return false
      stopTimeout()
      return true
    },
    /** Keeps a timeout that Node has set since: after a response, the keep-alive timeout. */
    thaw() {
      if (!socket.timeout) socket.setTimeout(timeout)
      readOn()
    },
  }
}
