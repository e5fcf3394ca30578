/**
 * What users of zerodown import: the instance of the process, as the default export, and its types.
 * @module zerodown
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import type { Carried, CarryOptions } from '@zerodown/carry'
import type { HealthOptions, Options, Zerodown as Core } from '@zerodown/core'
import { create as createCore, zerodown as core } from '@zerodown/core'
import { addFace } from '@zerodown/core/adapter'
import type { ExpressApplication } from '@zerodown/express'
import { express as attachExpress } from '@zerodown/express'
import type { FastifyPlugin } from '@zerodown/fastify'
import { pluginFor } from '@zerodown/fastify'
import type { KoaApplication } from '@zerodown/koa'
import { koa as attachKoa } from '@zerodown/koa'
import type { RawOptions } from '@zerodown/raw'
import type { Sessions, SessionsOptions } from '@zerodown/sessions'
import type { AnySocketIoServer, SocketIoOptions, SocketOf as SocketIoSocketOf } from '@zerodown/socket.io'
import type { StreamOptions } from '@zerodown/stream'
import type { AnyHealthHandler } from './health.ts'
import { anyHealthHandler } from './health.ts'
import { loadPartsOfPredecessor, part } from './lazy.ts'
import { withMembersOf } from './members.ts'
import type { Ws } from './ws.ts'
import { ws } from './ws.ts'

export type { Carried, CarryOptions } from '@zerodown/carry'
export type { RawOptions } from '@zerodown/raw'
export type { Sessions, SessionsOptions } from '@zerodown/sessions'
export type { AnySocketIoServer, SocketIoOptions } from '@zerodown/socket.io'
export type { StreamOptions } from '@zerodown/stream'
export type { AnyWebSocket, AnyWebSocketServer, SocketOf, WsOptions } from '@zerodown/ws'
export type { AnyHealthHandler } from './health.ts'
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
export interface Zerodown extends Omit<Core, 'create' | 'health'>, FastifyPlugin {
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
  /**
   * Lets the open connections of a server of node:net move to the successor in a restart, each when nothing is in flight on
   * it: `give(socket)` says what goes along, and `take(socket, state)` goes on with it in the successor. Attach the server
   * as well, and call this before its `listen()`.
   * @returns the same server
   * @throws {ZerodownError} `ERR_ZERODOWN_KIND`
   */
  raw<S extends Server, State>(server: S, options: RawOptions<State>): S
  /**
   * Gives what this process has in memory to its successor, while both serve: a cache, counters, the window of a rate limiter.
   * `give()` gives its entries, `take(entries)` takes some of them in the successor, and `changed()` gives what changed
   * meanwhile: at the commit, and while this process drains. A successor that gets nothing, or not all of it, serves all the
   * same; and what a process gives it keeps. Call it when the state is made, once in each process.
   * @param name by which the two generations know it
   * @returns what came, once it was taken; `undefined`: nothing came. It never rejects. Await it before `listen()` to answer
   *   the first request with a warm cache
   * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
   */
  carry<Entry>(name: string, options: CarryOptions<Entry>): Promise<Carried | undefined>
  /**
   * Makes an event stream (Server-Sent Events) go on in the successor, when the server restarts: the application's own handler
   * is called there with the same request, whose `Last-Event-ID` is the id of the last event that was sent. Call it before the
   * head of the answer is written.
   * @returns what `give()` returned in the predecessor; `undefined` for a stream that begins
   */
  stream<State = unknown>(
    request: IncomingMessage,
    response: ServerResponse,
    options?: StreamOptions<State>,
  ): State | undefined
  /** Lets the WebSockets of a server of the package `ws` 8 move to the successor in a restart. */
  readonly ws: Ws
  /**
   * Keeps sessions in memory, each of which has one owner at any time, also in a restart: it goes to the successor when no
   * request of it is in flight, and a request that comes to the other process moves there, or waits for it. Call it before the
   * first `listen()`.
   * @param name by which the two processes know them
   * @throws {ZerodownError} `ERR_ZERODOWN_KIND`
   */
  sessions<Value, Data = unknown>(name: string, options: SessionsOptions<Value, Data>): Sessions<Value>
  /**
   * Lets the clients of a server of Socket.IO 4.6 to 4.8 move to the successor in a restart: they stay connected, with their id,
   * rooms, `data` and acknowledgements in flight, and 'connection' comes in the successor with `socket.recovered === true`. Those
   * that cannot move are closed, a few at a time. Attach the HTTP server as well, and call this before its `listen()`.
   * @returns the same server
   * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, `ERR_ZERODOWN_KIND`
   */
  socketIo<S extends AnySocketIoServer>(io: S, options?: SocketIoOptions<SocketIoSocketOf<S>>): S
  /** Makes a separate instance, with options of its own. Only one can be in charge of a process at a time. */
  create(options?: Options): Zerodown
}

function withFrameworks(instance: Core): Zerodown {
  const frameworks = {
    express: <App extends ExpressApplication>(app: App, options: Options = {}): App =>
      attachExpress(app, options, instance),
    koa: <App extends KoaApplication>(app: App, options: Options = {}): App => attachKoa(app, options, instance),
    health: (options?: HealthOptions): AnyHealthHandler => anyHealthHandler(options, instance),
    raw: <S extends Server, State>(server: S, options: RawOptions<State>): S =>
      part('@zerodown/raw').raw(server, options),
    carry: <Entry>(name: string, options: CarryOptions<Entry>): Promise<Carried | undefined> =>
      part('@zerodown/carry').carry(name, options),
    stream: <State>(request: IncomingMessage, response: ServerResponse, options?: StreamOptions<State>) =>
      part('@zerodown/stream').stream(request, response, options),
    ws,
    sessions: <Value, Data>(name: string, options: SessionsOptions<Value, Data>): Sessions<Value> =>
      part('@zerodown/sessions').sessions(name, options),
    socketIo: <S extends AnySocketIoServer>(io: S, options?: SocketIoOptions<SocketIoSocketOf<S>>): S =>
      part('@zerodown/socket.io').socketIo(io, options),
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
