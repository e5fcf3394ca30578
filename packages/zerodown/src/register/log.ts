import type { Options } from '@zerodown/core'
import { defaultLogger } from '@zerodown/core/adapter'

let silent = false

/** With ZERODOWN_LOGGER=false, nothing is logged. */
export function obey({ logger }: Options): void {
  silent = logger === false
}

export function log(message: string): void {
  if (!silent) defaultLogger.info(`register: ${message}`)
}
