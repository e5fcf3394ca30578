import { join } from 'node:path'
import type { Adapter, CheckName, Expected } from '@zerodown/adapter-suite'
import { adapterSuite } from '@zerodown/adapter-suite'
import type { RegisteredOptions } from '../register/start.ts'
import { startRegistered } from '../register/start.ts'
import type { ServerProcess } from '../support/index.ts'
import { FIXTURES, startServer } from '../support/index.ts'
import { LISTENS } from './listens.ts'

/** A framework, or a way to use zerodown without one. */
export interface Way {
  readonly name: string
  readonly fixture: string
  readonly env?: Record<string, string>
  /** Its adapter runs with a later version of the framework, too. */
  readonly older?: true
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
  { name: 'node:http', fixture: 'http.mjs' },
  { name: 'Express 4', fixture: 'express.mjs', env: { EXPRESS: '4' }, older: true },
  { name: 'Express 5', fixture: 'express.mjs', env: { EXPRESS: '5' } },
  { name: 'Fastify 4', fixture: 'fastify.mjs', env: { FASTIFY: '4' }, older: true },
  { name: 'Fastify 5', fixture: 'fastify.mjs', env: { FASTIFY: '5' } },
  { name: 'Koa 2', fixture: 'koa.mjs', env: { KOA: '2' }, older: true },
  { name: 'Koa 3', fixture: 'koa.mjs', env: { KOA: '3' } },
  { name: 'Nest 10', fixture: 'nest.mjs', env: { NEST: '10' }, older: true },
  { name: 'Nest 10 on Fastify', fixture: 'nest.mjs', env: { NEST: '10', PLATFORM: 'Fastify' }, older: true },
  { name: 'Nest 11', fixture: 'nest.mjs', env: { NEST: '11' }, older: true },
  { name: 'Nest 11 on Fastify', fixture: 'nest.mjs', env: { NEST: '11', PLATFORM: 'Fastify' }, older: true },
  { name: 'Nest 12', fixture: 'nest.mjs', env: { NEST: '12' } },
  { name: 'Nest 12 on Fastify', fixture: 'nest.mjs', env: { NEST: '12', PLATFORM: 'Fastify' } },
  { name: 'Hono', fixture: 'hono.mjs' },
  underRegister('node:http', 'http.mjs'),
  underRegister('Express 4', 'express.cjs', { EXPRESS: '4' }),
  underRegister('Express 5', 'express.cjs', { EXPRESS: '5' }),
  underRegister('Koa 3', 'koa.mjs', { KOA: '3' }),
]

/** It takes as long as all others together. */
export const isNest = ({ name }: Way): boolean => name.startsWith('Nest')

export function startWay({ fixture, env, registered }: Way, options: RegisteredOptions = {}): Promise<ServerProcess> {
  const start = registered === true ? startRegistered : startServer
  return start(fixture, { ...options, env: { ...env, ...options.env } })
}

/** What an application makes of a request, in whichever generation. */
const ANSWERS: readonly Expected[] = [
  { path: '/order', answer: { status: 200, body: 'in order', headers: { 'x-order': 'outer, inner' } } },
  { path: '/error', answer: { status: 500, body: 'handled: a fault was asked for' } },
  { path: '/ip', answer: { status: 200, body: '127.0.0.1' } },
  { path: '/ip', headers: { 'x-forwarded-for': '192.0.2.7' }, answer: { status: 200, body: '192.0.2.7' } },
]

/** What does not depend on the version of a framework. */
const ONCE: readonly CheckName[] = ['bad release']

/** It has no shutdown hooks, and what it does over a unix socket is in test/register/lossless.test.ts. */
const NOT_REGISTERED: readonly CheckName[] = ['unused', 'shutdown', 'unix load', ...ONCE]

/** For the suite that adapters have to pass. */
function adapterOf({ name, fixture, env = {}, older, registered }: Way): Adapter {
  const listen = LISTENS[name]
  return {
    program: join(FIXTURES, fixture),
    cwd: FIXTURES,
    answers: ANSWERS,
    ...(listen === undefined ? {} : { listen }),
    ...(registered === true
      ? {
          nodeArgs: ['--import', 'zerodown/register'],
          env: { ZERODOWN_PROBATION: '0', ...env },
          leaveOut: NOT_REGISTERED,
        }
      : { env, leaveOut: older === true ? ONCE : [] }),
  }
}

/** A title and what to run, for `it.each`. */
export function testsOf(way: Way, isWanted: (name: CheckName) => boolean): (readonly [string, () => Promise<void>])[] {
  const tests = adapterSuite(adapterOf(way)).filter(({ name }) => isWanted(name))
  return tests.map(({ title, run }) => [title, run])
}

export const isLoad = (name: CheckName): boolean => name.includes('load')
