/**
 * What users of zerodown import: the instance of the process, as the default export, and its types.
 * @module zerodown
 */
import type { HealthOptions, Options, Zerodown as Core } from '@zerodown/core'
import { create as createCore, zerodown as core } from '@zerodown/core'
import { addFace } from '@zerodown/core/adapter'
import type { ExpressApplication } from '@zerodown/express'
import { express as attachExpress } from '@zerodown/express'
import type { FastifyPlugin } from '@zerodown/fastify'
import { pluginFor } from '@zerodown/fastify'
import type { KoaApplication } from '@zerodown/koa'
import { koa as attachKoa } from '@zerodown/koa'
import type { AnyHealthHandler } from './health.ts'
import { anyHealthHandler } from './health.ts'
import { loadPartsOfPredecessor } from './lazy.ts'
import { withMembersOf } from './members.ts'
import type { Moving } from './moving.ts'
import { moving } from './moving.ts'

export type { Carried, CarryOptions } from '@zerodown/carry'
export type { RawOptions } from '@zerodown/raw'
export type { Sessions, SessionsOptions } from '@zerodown/sessions'
export type { AnySocketIoServer, SocketIoOptions } from '@zerodown/socket.io'
export type { StreamOptions } from '@zerodown/stream'
export type { AnyWebSocket, AnyWebSocketServer, SocketOf, WsOptions } from '@zerodown/ws'
export type { AnyHealthHandler } from './health.ts'
export type { Moving } from './moving.ts'
export type { Ws } from './ws.ts'

export type {
  Address,
  ConnectionCount,
  GenerationInfo,
  Handler,
  HealthCheck,
  HealthCheckContext,
  HealthHandler,
  HealthOptions,
  HealthRequest,
  HealthResponse,
  LaunchOptions,
  Ledger,
  ListenerStatus,
  Logger,
  Options,
  ShutdownHook,
  ShutdownReason,
  Signals,
  State,
  Status,
  SuccessorStatus,
  WorkerPlace,
  ZerodownErrorCode,
  ZerodownEvents,
} from '@zerodown/core'
export { ZerodownError } from '@zerodown/core'

/**
 * All of core, and the frameworks. It is itself the plugin for Fastify 4 and 5: after `await
 * fastify.register(zerodown)`, `fastify.listen()` restarts without losing a request.
 */
export interface Zerodown extends Omit<Core, 'create' | 'health'>, FastifyPlugin, Moving {
  /**
   * Express 4 and 5: the same app back, whose `listen()` now restarts without losing a request.
   * @throws {ZerodownError} `ERR_ZERODOWN_OPTION` or `ERR_ZERODOWN_OPTION_CONFLICT`
   */
  express<App extends ExpressApplication>(app: App, options?: Options): App
  /**
   * Koa 2 and 3: the same app back, whose `listen()` now restarts without losing a request.
   * @throws {ZerodownError} `ERR_ZERODOWN_OPTION` or `ERR_ZERODOWN_OPTION_CONFLICT`
   */
  koa<App extends KoaApplication>(app: App, options?: Options): App
  /**
   * Makes what answers `GET` and `HEAD` of `/livez` (this process lives: 200) and `/readyz` (the service takes requests:
   * 200, else 503), and passes everything else on: `app.use(zerodown.health())` in Express and Koa,
   * `fastify.register(zerodown.health())`, or `(request, response, next)` in node:http. A restart changes neither
   * answer. `/readyz` says 503 before the process is ready, and from the first moment of a shutdown on, also during
   * `shutdownDelay`.
   * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
   */
  health(options?: HealthOptions): AnyHealthHandler
  /** Makes a separate instance, with options of its own. Only one can be in charge of a process at a time. */
  create(options?: Options): Zerodown
}

function withFrameworks(instance: Core): Zerodown {
  const frameworks = {
    express: <App extends ExpressApplication>(app: App, options: Options = {}): App =>
      attachExpress(app, options, instance),
    koa: <App extends KoaApplication>(app: App, options: Options = {}): App => attachKoa(app, options, instance),
    health: (options?: HealthOptions): AnyHealthHandler => anyHealthHandler(options, instance),
    ...moving,
    create,
  }
  const face = withMembersOf(Object.assign(pluginFor(instance), frameworks), instance)
  addFace(face, instance)
  return face
}

loadPartsOfPredecessor()

/** Makes a separate instance, with options of its own. */
export const create = (options: Options = {}): Zerodown => withFrameworks(createCore(options))

/** The instance of this process. */
const zerodown: Zerodown = withFrameworks(core)

export default zerodown

/** {@link Zerodown.express} of the instance of this process. */
export const express: Zerodown['express'] = zerodown.express
/** {@link Zerodown.koa} of the instance of this process. */
export const koa: Zerodown['koa'] = zerodown.koa
/** {@link Zerodown.listenAndServe} of the instance of this process. */
export const listenAndServe: Zerodown['listenAndServe'] = zerodown.listenAndServe
/** {@link Zerodown.health} of the instance of this process. */
export const health: Zerodown['health'] = zerodown.health
/** {@link Zerodown.attach} of the instance of this process. */
export const attach: Zerodown['attach'] = zerodown.attach
/** {@link Zerodown.carry}: it is the same for all instances. */
export const carry: Zerodown['carry'] = zerodown.carry
/** {@link Zerodown.raw}: it is the same for all instances. */
export const raw: Zerodown['raw'] = zerodown.raw
/** {@link Zerodown.sessions}: they are the same for all instances. */
export const sessions: Zerodown['sessions'] = zerodown.sessions
/** {@link Zerodown.stream}: it is the same for all instances. */
export const stream: Zerodown['stream'] = zerodown.stream
/** {@link Zerodown.ws}: it is the same for all instances. */
export { ws } from './ws.ts'
/** {@link Zerodown.socketIo}: it is the same for all instances. */
export const socketIo: Zerodown['socketIo'] = zerodown.socketIo
/** {@link Zerodown.ready} of the instance of this process. */
export const ready: Zerodown['ready'] = zerodown.ready
/** {@link Zerodown.restart} of the instance of this process. */
export const restart: Zerodown['restart'] = zerodown.restart
/** {@link Zerodown.status} of the instance of this process. */
export const status: Zerodown['status'] = zerodown.status
/** {@link Zerodown.shutdown} of the instance of this process. */
export const shutdown: Zerodown['shutdown'] = zerodown.shutdown
/** {@link Zerodown.onShutdown} of the instance of this process. */
export const onShutdown: Zerodown['onShutdown'] = zerodown.onShutdown

/**
 * What `require('zerodown')` gives (https://nodejs.org/api/modules.html#loading-ecmascript-modules-using-require).
 * @ignore
 */
export { zerodown as 'module.exports' }
