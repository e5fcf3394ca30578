/**
 * Why a request has failed.
 *
 * - `refused`: no connection: nobody listens there, the unix path is missing, the queue is full
 * - `reset`: the connection was reset after the request's first byte and before its answer's last
 * - `closed early`: as above, but closed in good order; or an earlier answer of the pipeline said `Connection: close`
 * - `timeout`: no full answer in time, or none by the end of `stop()`
 * - `status`: a full answer, but not 200
 * - `wrong body`: a full answer with another body than asked for, or to another request, or before the request was complete
 * - `malformed`: not an HTTP/1.1 answer
 * - `stray answer`: bytes that no request asked for; counted as one failed request of its own
 * - `unreachable`: any other error of the network
 */
export type FailureReason =
  | 'refused'
  | 'reset'
  | 'closed early'
  | 'timeout'
  | 'status'
  | 'wrong body'
  | 'malformed'
  | 'stray answer'
  | 'unreachable'

/** How far the request had come when it failed. */
export type Phase = 'connecting' | 'sending' | 'waiting' | 'answering' | 'answered' | 'idle'

export class Failure extends Error {
  override name = 'Failure'
  readonly reason: FailureReason
  phase: Phase

  constructor(reason: FailureReason, phase: Phase, message: string) {
    super(message)
    this.reason = reason
    this.phase = phase
  }
}

/** ENOENT and EAGAIN are the refusals of a unix socket: its path is gone, its queue is full. */
const REFUSALS = new Set(['ECONNREFUSED', 'ENOENT', 'EAGAIN'])
const RESETS = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED'])

export function failureOf(error: unknown, phase: Phase): Failure {
  if (error instanceof Failure) return error
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  if (phase === 'connecting' && REFUSALS.has(code)) return new Failure('refused', phase, message)
  if (RESETS.has(code)) return new Failure('reset', phase, message)
  if (code === 'ETIMEDOUT') return new Failure('timeout', phase, message)
  return new Failure('unreachable', phase, message)
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code
  return ''
}
