import type { RegisteredOptions } from '../register/start.ts'
import { startRegistered } from '../register/start.ts'
import type { ServerProcess } from '../support/index.ts'
import { startServer } from '../support/index.ts'

/** A framework, or a way to use zerodown without one. */
export interface Way {
  readonly name: string
  readonly fixture: string
  readonly env?: Record<string, string>
  /** `node --import zerodown/register`, for an application that has never heard of zerodown. */
  readonly registered?: true
}

/** Nest takes a second of processor time to start, and many where others want the processors, too. ms */
export const PATIENCE = 150_000

const underRegister = (name: string, fixture: string, env: Record<string, string> = {}): Way => ({
  name: `${name}, registered`,
  fixture: `register/${fixture}`,
  env,
  registered: true,
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
  underRegister('node:http', 'http.mjs'),
  underRegister('Express 4', 'express.cjs', { EXPRESS: '4' }),
  underRegister('Express 5', 'express.cjs', { EXPRESS: '5' }),
  underRegister('Koa 3', 'koa.mjs', { KOA: '3' }),
]

export function startWay({ fixture, env, registered }: Way, options: RegisteredOptions = {}): Promise<ServerProcess> {
  const start = registered === true ? startRegistered : startServer
  return start(fixture, { ...options, env: { ...env, ...options.env } })
}
