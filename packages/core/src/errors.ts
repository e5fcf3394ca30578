import { inspect } from 'node:util'

/** Every code an error of zerodown can carry. Codes are stable across releases; messages are not. */
export type ZerodownErrorCode =
  | 'ERR_ZERODOWN_ADDRESS'
  | 'ERR_ZERODOWN_ADDRESS_HELD'
  | 'ERR_ZERODOWN_ALREADY_ACTIVE'
  | 'ERR_ZERODOWN_ALREADY_LISTENING'
  | 'ERR_ZERODOWN_KILLED'
  | 'ERR_ZERODOWN_KIND'
  | 'ERR_ZERODOWN_LAUNCH'
  | 'ERR_ZERODOWN_NOT_READY'
  | 'ERR_ZERODOWN_OPTION'
  | 'ERR_ZERODOWN_OPTION_CONFLICT'
  | 'ERR_ZERODOWN_PID_FILE'
  | 'ERR_ZERODOWN_READY_TIMEOUT'
  | 'ERR_ZERODOWN_RESTART_ABORTED'
  | 'ERR_ZERODOWN_SHUTTING_DOWN'
  | 'ERR_ZERODOWN_SUCCESSOR_EXITED'
  | 'ERR_ZERODOWN_SUCCESSOR_LOST'
  | 'ERR_ZERODOWN_SUCCESSOR_NOT_SERVING'
  | 'ERR_ZERODOWN_SUCCESSOR_REFUSED'
  | 'ERR_ZERODOWN_UNSUPPORTED'

/** What went wrong, what it means for the running service, and what to do. Recognise it by `code`. */
export class ZerodownError extends Error {
  override readonly name: string = 'ZerodownError'
  readonly code: ZerodownErrorCode

  constructor(code: ZerodownErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The message of anything that was thrown, for a log line or for another error's message. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message
  return typeof thrown === 'string' ? thrown : inspect(thrown)
}
