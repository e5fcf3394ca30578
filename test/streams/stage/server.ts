import type { ServerOptions, ServerProcess } from '../../support/index.ts'
import { startServer } from '../../support/index.ts'

/** What is particular to one generation. */
export interface Particular {
  /** How it answers. */
  status?: number
  head?: Record<string, string>
  /** At the request of that number. */
  killedAt?: number
  /** At each request. */
  stopped?: boolean
  giveFails?: boolean
  /** What it does with a stream in the moment of its move. */
  frozen?: 'destroy' | 'wrong'
  /** Its maxRequestsPerSocket. */
  requests?: number
}

export interface Choices extends ServerOptions {
  framework?: 'http' | 'express' | 'koa' | 'fastify'
  generations?: Record<number, Particular>
}

/** The fixture `streams`. */
export const startStreams = ({ framework, env, ...others }: Choices = {}): Promise<ServerProcess> =>
  startServer('streams', { ...others, env: { FRAMEWORK: framework, START: Date.now(), ...env } })
