import type { RequestListener } from 'node:http'
import type { Logger as NestLogger } from '@nestjs/common'
import type { ZerodownModule as NestModule } from '@zerodown/nest'
import type { Express } from 'express'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import type instance from 'zerodown'

/**
 * The names that a fragment of code in the documentation may use without a word about them. A fragment is a block that
 * imports nothing; one with an import is a whole program, and gets none of these.
 */
declare global {
  const zerodown: typeof instance
  const app: Express
  const fastify: FastifyInstance
  const Logger: typeof NestLogger
  const ZerodownModule: typeof NestModule

  /** What is the application's own. */
  const database: Pool
  const handler: RequestListener
  const journal: {
    follow(lastId: string | string[] | undefined, each: (event: { id: string; text: string }) => void): void
  }
  const jobs: { start(): void; stop(): void }
  /** A server of the package ws. */
  const websockets: { readonly clients: Set<{ close(code: number): void }> }
}
