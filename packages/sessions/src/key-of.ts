import type { IncomingMessage } from 'node:http'
import { logger } from '@zerodown/core/kinds'
import { messageOf } from './message-of.ts'

export type KeyOf = (request: IncomingMessage) => string | undefined

/**
 * The application's `keyOf()`, which is called where no error of its own would be caught: with it, one client could end the
 * process, by a cookie that cannot be decoded.
 * @param name of the sessions
 * @returns the same, but a request on which it throws is of no session. A warning says so once, since clients decide how often
 */
export function withoutErrors(keyOf: KeyOf, name: string): KeyOf {
  let isKnown = false
  return (request) => {
    try {
      return keyOf(request)
    } catch (error) {
      if (!isKnown) {
        logger.warn(
          `keyOf() of the sessions ${name} has failed, and such requests are answered without a session: ${messageOf(error)}`,
        )
      }
      isKnown = true
      return undefined
    }
  }
}
