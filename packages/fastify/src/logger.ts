import type { Logger } from '@zerodown/core'
import { defaultLogger } from '@zerodown/core/adapter'
import type { FastifyApplication } from './application.ts'

/**
 * Logs as the application does. Fastify logs nothing by default: then all levels are one and the same function. A
 * restart that fails must not do so in silence, so warnings and errors then go to stderr, as they do without Fastify.
 */
export function loggerOver({ log }: FastifyApplication): Logger {
  if (log.info === log.error) return { ...defaultLogger, info() {} }
  return log
}
