import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** What node:http sets on a socket: a parser, and what the parser calls with each request. */
interface Parsed {
  parser?: { onIncoming?: ((...args: unknown[]) => unknown) | null; incoming?: object | null } | null
}

/** Whether node:http reads from this socket. */
export const isReadByHttp = (socket: Socket): boolean => Boolean((socket as Parsed).parser)

/** Whether no request has come behind this one on its connection. With pipelining, one may come before the answer. */
export const isLatestRequest = (request: IncomingMessage): boolean =>
  (request.socket as Parsed).parser?.incoming === request

/**
 * Calls `begin` when the first request on a socket has come, before node:http does anything with it. Events come later,
 * and not to everyone; and to ask with each request of each connection would cost.
 * @returns whether that is possible
 */
export function beforeFirstRequest(socket: Socket, begin: () => void): boolean {
  const { parser } = socket as Parsed
  const onIncoming = parser?.onIncoming
  if (parser === null || parser === undefined || typeof onIncoming !== 'function') return false
  parser.onIncoming = (...args) => {
    parser.onIncoming = onIncoming
    begin()
    return onIncoming(...args)
  }
  return true
}
