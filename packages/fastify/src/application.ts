import type { Server } from 'node:net'

type Log = (message: string) => void

/** What a Fastify instance is, as far as the plugin needs it, of whichever version, server and logger. */
export interface FastifyApplication {
  readonly server: Server
  readonly log: { readonly info: Log; readonly warn: Log; readonly error: Log }
  close(): PromiseLike<unknown>
}

/** A server's address, as Node gives it. */
export type BoundAddress = ReturnType<Server['address']>

/** The rest of what it uses, whose generic types in Fastify say no more than this. */
export interface FastifyInternals extends FastifyApplication {
  addresses(): BoundAddress[]
  decorate(name: 'zerodown', value: unknown): unknown
  addHook(name: 'onClose', hook: () => Promise<void>): unknown
  readonly zerodown?: unknown
}
