import type { Logger } from '@zerodown/core'
import { defaultLogger } from '@zerodown/core/adapter'
import type { FastifyApplication } from './application.ts'

/**
 * Logs as the application does. Fastify's own default is to log nothing, by one function for all levels; then a restart
 * that fails would do so in silence, so warnings and errors go where they go without Fastify.
 */
export function loggerOver({ log }: FastifyApplication): Logger {
  if (log.info === log.error) return { ...defaultLogger, info() {} }
  return log
}
