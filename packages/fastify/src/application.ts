import type { Server } from 'node:net'

type Log = (message: string) => void

/** The part of a Fastify instance that the plugin needs, whatever its version, server and logger. */
export interface FastifyApplication {
  readonly server: Server
  readonly log: { readonly info: Log; readonly warn: Log; readonly error: Log }
  close(): PromiseLike<unknown>
}

/** A server's address, as Node gives it. */
export type BoundAddress = ReturnType<Server['address']>

/** The rest of what the plugin uses. Fastify's own generic types say no more about it. */
export interface FastifyInternals extends FastifyApplication {
  addresses(): BoundAddress[]
  decorate(name: 'zerodown', value: unknown): unknown
  addHook(name: 'onClose', hook: () => Promise<void>): unknown
  readonly zerodown?: unknown
}
