import type { ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { Load } from '../connections/http2-sessions.ts'
import { socketOf } from '../connections/http2-sessions.ts'
import { owesAnswer } from '../node/internals/open-answer.ts'

/** Errors of node:http, nghttp2 and OpenSSL that tell what a client has done, or not done in time. */
const OF_CLIENT = /^(HPE_|ERR_SSL_|ERR_HTTP_REQUEST_TIMEOUT$|ERR_HTTP2_ERROR$)/

/** RFC 9113, 7 */
const NO_ERROR = 0

/**
 * Whether an HTTP/1.1 connection that has closed was cut: on this side, by the application or a timeout of its server's,
 * with a request unanswered. Where a client goes away itself, its end or an error of the connection comes first. One
 * that has ended its own side only, and waits, cannot be told from that.
 */
export const wasCut = (socket: Socket): boolean => owesAnswer(socket) && !clientHasLeft(socket)

/**
 * Watches an HTTP/2 session.
 * @returns whether it was cut, when it has closed: on this side, as a connection of HTTP/1.1, with a stream unanswered
 */
export function watchForCut(session: ServerHttp2Session, load: Readonly<Load> | undefined): () => boolean {
  const socket = socketOf(session)
  let gaveUp = false
  // With an error, it is the client that ends it (RFC 9113, 6.8).
  session.once('goaway', (code) => void (gaveUp = code !== NO_ERROR))
  return () => load !== undefined && load.lost > 0 && !gaveUp && socket !== undefined && !clientHasLeft(socket)
}

function clientHasLeft({ readableEnded, errored }: Socket): boolean {
  if (readableEnded || errored === null) return readableEnded
  // The system's errors say which call has failed. Those of the application, given to destroy(), do not.
  const { syscall, code = '' } = errored as NodeJS.ErrnoException
  return syscall !== undefined || OF_CLIENT.test(code)
}
