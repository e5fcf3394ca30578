import type { ServerOptions, ServerProcess } from '../support/index.ts'
import { startServer } from '../support/index.ts'

/** A framework, or a way to use zerodown without one. */
export interface Way {
  readonly name: string
  readonly fixture: string
  readonly env?: Record<string, string>
  readonly nodeArgs?: readonly string[]
}

/** `node --import zerodown/register`, for an application that has never heard of zerodown. */
const registered = (name: string, fixture: string, env: Record<string, string> = {}): Way => ({
  name: `${name}, registered`,
  fixture: `register/${fixture}`,
  env: { ZERODOWN_PROBATION: '0', ...env },
  nodeArgs: ['--import', 'zerodown/register'],
})

export const WAYS: readonly Way[] = [
  { name: 'node:http', fixture: 'http' },
  { name: 'Express 4', fixture: 'express', env: { EXPRESS: '4' } },
  { name: 'Express 5', fixture: 'express', env: { EXPRESS: '5' } },
  { name: 'Fastify 4', fixture: 'fastify', env: { FASTIFY: '4' } },
  { name: 'Fastify 5', fixture: 'fastify', env: { FASTIFY: '5' } },
  { name: 'Koa 2', fixture: 'koa', env: { KOA: '2' } },
  { name: 'Koa 3', fixture: 'koa', env: { KOA: '3' } },
  { name: 'Nest', fixture: 'nest' },
  { name: 'Hono', fixture: 'hono' },
  registered('node:http', 'http.mjs'),
  registered('Express 4', 'express.cjs', { EXPRESS: '4' }),
  registered('Express 5', 'express.cjs', { EXPRESS: '5' }),
  registered('Koa 3', 'koa.mjs', { KOA: '3' }),
]

export function startWay({ fixture, env, nodeArgs = [] }: Way, options: ServerOptions = {}): Promise<ServerProcess> {
  return startServer(fixture, { ...options, nodeArgs: [...nodeArgs], env: { ...env, ...options.env } })
}
