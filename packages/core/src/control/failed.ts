import { ZerodownError, messageOf } from '../errors.ts'
import type { Failed } from './progress.ts'

export const failed = (error: unknown): Failed => ({
  event: 'failed',
  code: error instanceof ZerodownError ? error.code : 'ERR_ZERODOWN_LAUNCH',
  message: messageOf(error),
})

/** An error as JSON can say it. */
export const inShort = (error: ZerodownError | undefined): { code: string; message: string } | undefined =>
  error && { code: error.code, message: error.message }
