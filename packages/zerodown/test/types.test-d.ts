import type { RequestListener, Server as HttpServer } from 'node:http'
import { createServer } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { ListenOptions } from 'node:net'
import express from 'express'
import Fastify from 'fastify'
import Koa from 'koa'
import pino from 'pino'
import { describe, expectTypeOf, it } from 'vitest'
import winston from 'winston'
import type {
  Address,
  GenerationInfo,
  Handler,
  LaunchOptions,
  Ledger,
  Logger,
  Options,
  ShutdownHook,
  Signals,
  State,
  ZerodownErrorCode,
  ZerodownEvents,
} from 'zerodown'
import zerodown, * as named from 'zerodown'

describe('a Koa application', () => {
  it('is still of its own type', () => {
    const app = new Koa<{ user: string }, { id: number }>()
    expectTypeOf(zerodown.koa(app)).toEqualTypeOf<Koa<{ user: string }, { id: number }>>()
    expectTypeOf(named.koa(new Koa(), { probation: 0 })).toEqualTypeOf<Koa>()
    expectTypeOf(zerodown.koa(app).listen).toEqualTypeOf<Koa['listen']>()
  })

  it('is a handler, and so is its callback', () => {
    const app = new Koa<{ user: string }>()
    expectTypeOf(zerodown.listenAndServe(':8080', app)).resolves.toEqualTypeOf<HttpServer>()
    expectTypeOf(zerodown.listenAndServe(':8080', app.callback())).resolves.toEqualTypeOf<HttpServer>()
  })
})

describe('Fastify', () => {
  it('registers it as a plugin, with its options', () => {
    const app = Fastify()
    expectTypeOf(app.register(zerodown)).toEqualTypeOf(app.register(async () => {}))
    app.register(zerodown, { drainTimeout: 1 })
    app.register(zerodown.create())
    Fastify({ http2: true }).register(zerodown)
    Fastify({ https: {} }).register(zerodown)
    // @ts-expect-error An unknown option.
    app.register(zerodown, { drainTimeOut: 1 })
  })

  it('is decorated with who is in charge', () => {
    expectTypeOf(Fastify().zerodown.state).toEqualTypeOf<State>()
    expectTypeOf(Fastify().zerodown.restart()).resolves.toEqualTypeOf<GenerationInfo>()
  })
})

describe('an Express application', () => {
  it('is still of its own type', () => {
    expectTypeOf(zerodown.express(express())).toEqualTypeOf<express.Express>()
    expectTypeOf(named.express(express(), { probation: 0 })).toEqualTypeOf<express.Express>()
    const app: express.Application = express()
    expectTypeOf(zerodown.express(app)).toEqualTypeOf<express.Application>()
    expectTypeOf(zerodown.express(express()).listen).toEqualTypeOf<express.Express['listen']>()
  })

  it('with members of one’s own keeps them', () => {
    const app = Object.assign(express(), { database: 'open' as const })
    expectTypeOf(zerodown.express(app).database).toEqualTypeOf<'open'>()
  })

  it('is nothing that cannot listen', () => {
    // @ts-expect-error A router has no listen().
    zerodown.express(express.Router())
    // @ts-expect-error Nor has a server’s handler.
    zerodown.express(() => {})
    // @ts-expect-error An unknown option.
    zerodown.express(express(), { drainTimeOut: 1 })
  })
})

describe('health', () => {
  it('is a handler of node:http, and a middleware or a plugin of each framework', () => {
    const health = zerodown.health({ healthChecks: { '/readyz': async ({ state }) => state.isShuttingDown } })
    createServer((request, response) => health(request, response))
    createServer((request, response) => health(request, response, () => response.end()))
    createSecureServer((request, response) => health(request, response))
    express().use(health)
    express().use('/internal', zerodown.health())
    new Koa().use(health)
    new Koa<{ user: string }>().use(health)
    Fastify().register(health)
    Fastify({ http2: true }).register(health, { prefix: '/internal' })
    expectTypeOf(named.health).toEqualTypeOf(zerodown.health)
    // @ts-expect-error An unknown option.
    zerodown.health({ path: '/healthz' })
  })
})

describe('listenAndServe', () => {
  it('takes an address, a handler of node:http or an Express application, and options', () => {
    expectTypeOf(zerodown.listenAndServe).parameters.toEqualTypeOf<
      [address: Address, handler: Handler, options?: Options | undefined]
    >()
    expectTypeOf<Handler>().toEqualTypeOf<RequestListener | { callback(): RequestListener }>()
    expectTypeOf<Address>().toEqualTypeOf<string | number | ListenOptions>()
    expectTypeOf(zerodown.listenAndServe(':0', express())).resolves.toEqualTypeOf<HttpServer>()
    expectTypeOf(named.listenAndServe).toEqualTypeOf(zerodown.listenAndServe)
  })
})

describe('attach', () => {
  it('gives back the very server that it was given', () => {
    const server = createServer()
    expectTypeOf(zerodown.attach(server)).toEqualTypeOf<typeof server>()
    const secure = createSecureServer({})
    expectTypeOf(named.attach(secure, {})).toEqualTypeOf<typeof secure>()
    // @ts-expect-error Not a server.
    zerodown.attach({})
  })
})

describe('options', () => {
  it('are typed, each of them optional', () => {
    expectTypeOf<Required<Options>>().toEqualTypeOf<{
      signals: Signals | false
      readiness: 'auto' | 'manual'
      readyTimeout: number
      probation: number
      drainTimeout: number
      maxGenerations: number
      handover: boolean
      shutdownDelay: number
      lbIdleTimeout: number
      pidFile: string
      control: string | false
      launch: LaunchOptions
      exit: boolean
      logger: Logger | false
    }>()
    expectTypeOf<{}>().toExtend<Options>()
  })

  it('take signals by their names', () => {
    zerodown.create({ signals: { restart: 'SIGHUP', shutdown: ['SIGTERM', 'SIGINT'] } })
    zerodown.create({ signals: false })
    // @ts-expect-error No such signal.
    zerodown.create({ signals: { restart: 'SIGUSR3' } })
  })

  it('take a launch that changes and removes variables', () => {
    zerodown.create({
      launch: { execPath: 'node', args: ['server.js'], cwd: '.', env: { MODE: 'new', OLD: undefined } },
    })
    // @ts-expect-error Variables are strings.
    zerodown.create({ launch: { env: { PORT: 80 } } })
  })

  it('take what a logger has to have, such as the console', () => {
    zerodown.create({ logger: console })
    zerodown.create({ logger: pino() })
    zerodown.create({ logger: pino().child({ from: 'zerodown' }) })
    zerodown.create({ logger: winston.createLogger() })
    zerodown.create({ logger: Fastify({ logger: true }).log })
    expectTypeOf<Logger['info']>().toEqualTypeOf<(message: string) => void>()
  })
})

describe('events', () => {
  it('have their arguments by their names', () => {
    zerodown.on('listening', (event) => expectTypeOf(event).toEqualTypeOf<{ key: string; adopted: boolean }>())
    zerodown.on('ready', (event) => expectTypeOf(event).toEqualTypeOf<GenerationInfo>())
    zerodown.once('rolledBack', ({ error }) => expectTypeOf(error.code).toEqualTypeOf<ZerodownErrorCode>())
    zerodown.on('drained', (event) => expectTypeOf(event).toEqualTypeOf<Ledger>())
    zerodown.on('draining', ({ reason }) => expectTypeOf(reason).toEqualTypeOf<'restart' | 'shutdown'>())
    // @ts-expect-error A restart has no such step.
    zerodown.on('reloaded', () => {})
    // @ts-expect-error A generation has no name.
    zerodown.on('ready', ({ name }) => name)
  })

  it('are known by one list', () => {
    expectTypeOf<keyof ZerodownEvents>().toExtend<string>()
    expectTypeOf<ZerodownEvents[keyof ZerodownEvents]>().toExtend<[object]>()
  })
})

describe('everything else', () => {
  it('is typed', () => {
    expectTypeOf(zerodown.restart()).resolves.toEqualTypeOf<GenerationInfo>()
    expectTypeOf(zerodown.shutdown()).resolves.toEqualTypeOf<Ledger>()
    expectTypeOf(zerodown.ready).returns.toBeVoid()
    expectTypeOf(zerodown.onShutdown).parameters.toEqualTypeOf<[hook: ShutdownHook]>()
    expectTypeOf(zerodown.draining).toEqualTypeOf<AbortSignal>()
    expectTypeOf(zerodown.state).toEqualTypeOf<State>()
    expectTypeOf<State>().toEqualTypeOf<'starting' | 'serving' | 'restarting' | 'draining' | 'stopped'>()
    expectTypeOf(zerodown.generation).toBeNumber()
    expectTypeOf(zerodown.create({ probation: 0 })).toEqualTypeOf(zerodown)
    expectTypeOf(named.create()).toEqualTypeOf(zerodown)
    expectTypeOf(named.default).toEqualTypeOf(zerodown)
    expectTypeOf(new named.ZerodownError('ERR_ZERODOWN_OPTION', 'no')).toExtend<Error>()
  })

  it('cannot be changed from outside', () => {
    // @ts-expect-error
    zerodown.state = 'serving'
    // @ts-expect-error
    zerodown.generation = 7
    // @ts-expect-error
    zerodown.draining = AbortSignal.abort()
  })
})
