import type { Failure, ZerodownErrorCode } from '@zerodown/core/supervision'

export const failure = (code: ZerodownErrorCode, message: string): Failure => ({ code, message })
