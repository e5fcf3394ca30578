import type { Zerodown } from '@zerodown/core'

/** @ts-ignore Only where Fastify is installed: it is an optional peer. */
declare module 'fastify' {
  interface FastifyInstance {
    /** The zerodown instance in charge of this process. */
    zerodown: Zerodown
  }
}
