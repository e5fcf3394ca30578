import type { Socket } from 'node:net'
import { owesAnswer } from '../node/internals/open-answer.ts'

/** Errors of node:http and OpenSSL that tell what a client has done, or not done in time. */
const OF_CLIENT = /^(HPE_|ERR_SSL_|ERR_HTTP_REQUEST_TIMEOUT$)/

/**
 * Whether an HTTP/1.1 connection that has closed was cut: on this side, by the application or a timeout of its server's,
 * with a request unanswered. Where a client goes away itself, its end or an error of the connection comes first. One
 * that has ended its own side only, and waits, cannot be told from that.
 */
export const wasCut = (socket: Socket): boolean => owesAnswer(socket) && !clientHasLeft(socket)

function clientHasLeft({ readableEnded, errored }: Socket): boolean {
  if (readableEnded || errored === null) return readableEnded
  // The system's errors say which call has failed. Those of the application, given to destroy(), do not.
  const { syscall, code = '' } = errored as NodeJS.ErrnoException
  return syscall !== undefined || OF_CLIENT.test(code)
}
