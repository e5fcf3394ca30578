import { EventEmitter } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { createServer } from 'node:http'
import type { Server } from 'node:net'
import { ActiveInstance } from './active-instance.ts'
import type { Ledger } from './drain/ledger.ts'
import { ZerodownError, messageOf } from './errors.ts'
import type { Emit, ZerodownEvents } from './events.ts'
import { publish } from './events.ts'
import { Lifecycle } from './lifecycle/lifecycle.ts'
import type { State } from './lifecycle/state.ts'
import type { Address } from './listeners/address.ts'
import { parseAddress } from './listeners/address.ts'
import { checkUnchanged, merge } from './options/declared.ts'
import type { Options, Settings } from './options/options.ts'
import { resolve } from './options/resolve.ts'
import { thisPlatform, whyNoRestart } from './process/platform.ts'
import type { ShutdownHook } from './process/shutdown-hooks.ts'
import { ShutdownHooks } from './process/shutdown-hooks.ts'
import { origin } from './restart/origin.ts'
import type { GenerationInfo } from './channel/messages.ts'
import { additionalListenerOf } from './servers/additional-listener.ts'
import { AttachedServers } from './servers/attached-servers.ts'
import type { Handler } from './servers/handler.ts'
import { listenerOf } from './servers/handler.ts'

/** Which instance is in charge of this process. */
export const active: ActiveInstance<Zerodown> = new ActiveInstance()

/** What adapters do with an instance, and its users do not. */
export interface Internals {
  declare(options: Options, defaults?: Options): void
  additionalListener(server: Server): Server
  setAside(server: Server): void
}

/** Those of an instance, which only its class can reach. */
export let internalsOf: (instance: Zerodown) => Internals

/**
 * Restarts this process without losing a request. One instance is in charge of a process, from its first `listen()` on.
 */
export class Zerodown extends EventEmitter<ZerodownEvents> {
  #declared: Options = {}
  #defaults: Options = {}
  #saidReady = false
  #lifecycle: Lifecycle | undefined
  readonly #draining = new AbortController()
  readonly #hooks = new ShutdownHooks()
  readonly #servers = new AttachedServers(origin, () => void this.#start())

  static {
    internalsOf = (instance) => ({
      declare: (options, defaults) => instance.#declare(options, defaults),
      additionalListener: (server) =>
        active.steppedBack ? additionalListenerOf(server) : instance.#servers.addListenerOf(server),
      setAside: (server) => instance.#servers.setAside(server),
    })
  }

  /** @throws {ZerodownError} `ERR_ZERODOWN_OPTION` */
  constructor(options: Options = {}) {
    super()
    this.#declare(options)
  }

  /**
   * Serves `handler` (of node:http, an Express app, a Koa app or its callback) on `address`.
   * @returns the server, once it listens
   * @throws {ZerodownError} rejects with `ERR_ZERODOWN_ADDRESS`, `ERR_ZERODOWN_OPTION`, `ERR_ZERODOWN_OPTION_CONFLICT`,
   *   `ERR_ZERODOWN_PID_FILE`, or with Node's error if it cannot listen
   */
  async listenAndServe(address: Address, handler: Handler, options: Options = {}): Promise<HttpServer> {
    const where = parseAddress(address)
    const server = this.attach(createServer(listenerOf(handler)), options)
    return new Promise((listening, failed) => {
      server.once('error', failed)
      server.listen(where, () => {
        server.off('error', failed)
        listening(server)
      })
    })
  }

  /**
   * Takes a server in charge: any of node:http, node:https, node:http2, node:net or node:tls, before its `listen()`.
   * Nothing happens, and nothing is left behind, until it listens.
   * @returns the same server
   * @throws {ZerodownError} `ERR_ZERODOWN_ALREADY_LISTENING`, `ERR_ZERODOWN_OPTION`, `ERR_ZERODOWN_OPTION_CONFLICT`
   */
  attach<S extends Server>(server: S, options: Options = {}): S {
    this.#declare(options)
    if (this.#servers.knows(server) || this.#stepsBack()) return server
    if (server.listening) {
      throw new ZerodownError(
        'ERR_ZERODOWN_ALREADY_LISTENING',
        'attach: this server listens already, so a successor could not adopt its address. Call attach(server) before ' +
          'server.listen().',
      )
    }
    this.#servers.add(server)
    return server
  }

  /**
   * With `readiness: 'manual'`: says that this process can serve now. Said before the first `listen()`, it counts from
   * the moment at which all attached servers listen.
   */
  ready(): void {
    this.#saidReady = true
    this.#lifecycle?.sayReady()
  }

  /**
   * Starts a successor and hands over to it. Rejects, with everything as it was, if the successor does not make it.
   * During a restart, and while this process drains after one, it is the successor that restarts once more.
   * @throws {ZerodownError} rejects with `ERR_ZERODOWN_NOT_READY`, `ERR_ZERODOWN_UNSUPPORTED`,
   *   `ERR_ZERODOWN_SHUTTING_DOWN`, `ERR_ZERODOWN_LAUNCH`, `ERR_ZERODOWN_SUCCESSOR_EXITED`,
   *   `ERR_ZERODOWN_SUCCESSOR_LOST`, `ERR_ZERODOWN_SUCCESSOR_NOT_SERVING`, `ERR_ZERODOWN_READY_TIMEOUT`,
   *   `ERR_ZERODOWN_RESTART_ABORTED` or `ERR_ZERODOWN_PID_FILE`
   */
  async restart(): Promise<GenerationInfo> {
    if (this.#lifecycle !== undefined) return this.#lifecycle.restart()
    throw refusalBeforeStart()
  }

  /**
   * Drains, runs the shutdown hooks and exits, as SIGTERM does. Called again, it gives the same promise.
   * @returns what became of the connections; with `exit: true` the process ends right after
   */
  async shutdown(): Promise<Ledger> {
    return this.#start().shutdown()
  }

  /**
   * Registers what has to be closed when all requests are answered: a database, a queue. Hooks run one after the other,
   * the last registered first, within what is left of `drainTimeout`, at least 5000 ms in all. One that fails is logged.
   * Each is told why it runs, `{ reason: 'restart' | 'shutdown' }`: after a restart the service goes on in a successor, so
   * that whoever takes it out of a service registry must not do so then.
   * @returns takes the hook back
   */
  onShutdown(hook: ShutdownHook): () => void {
    return this.#hooks.add(hook)
  }

  /** Aborts when this process starts to drain: for streams, WebSockets and jobs, which would not end by themselves. */
  get draining(): AbortSignal {
    return this.#draining.signal
  }

  get state(): State {
    return this.#lifecycle?.state.current ?? 'starting'
  }

  /** The number of this process in its chain, from 1. */
  get generation(): number {
    return origin.generation
  }

  /** An instance of one's own, with its own options. Only one may be in charge of a process at a time. */
  create(options: Options = {}): Zerodown {
    return new Zerodown(options)
  }

  /**
   * Adds options before anything listens, or checks that those in force are the same. Every entry point does.
   * @param defaults in place of the usual ones; of two for the same option, the first counts
   */
  #declare(options: Options, defaults: Options = {}): void {
    if (this.#lifecycle === undefined) {
      this.#declared = merge(this.#declared, options)
      this.#defaults = { ...defaults, ...this.#defaults }
    } else checkUnchanged(this.#settings, this.#declared, options)
  }

  get #settings(): Settings {
    return resolve({ ...this.#defaults, ...this.#declared })
  }

  /** The first `listen()` starts it; when the application has closed its last server, it is as if it never was. */
  #start(): Lifecycle {
    if (this.#lifecycle !== undefined) return this.#lifecycle
    active.checkFree()
    const lifecycle = new Lifecycle({
      settings: this.#settings,
      servers: this.#servers,
      hooks: this.#hooks,
      origin,
      saidReady: this.#saidReady,
      emit: this.#emit,
      unused: () => this.#stop(),
    })
    this.#lifecycle = lifecycle
    this.#servers.watch(lifecycle)
    const { logger } = lifecycle.settings
    active.put({ instance: this, warn: (message) => logger.warn(message) })
    return lifecycle
  }

  #stop(): void {
    this.#lifecycle = undefined
    this.#servers.watch(undefined)
    active.remove(this)
  }

  #stepsBack(): boolean {
    active.explainStepBack((why) => this.#settings.logger.warn(why))
    return active.steppedBack
  }

  readonly #emit: Emit = (name, ...message) => {
    // With `exit: false` the process may live on, and have another one in charge.
    if (name === 'stopped') active.remove(this)
    if (name === 'draining') this.#draining.abort()
    try {
      publish(name, message[0])
      // Node's types cannot follow a generic event name here.
      ;(this as EventEmitter).emit(name, ...message)
    } catch (error) {
      // A listener's mistake must not stop a restart half-way.
      this.#lifecycle?.settings.logger.error(`a listener of '${name}' failed: ${messageOf(error)}`)
    }
  }
}

function refusalBeforeStart(): ZerodownError {
  const never = whyNoRestart(thisPlatform(origin.generation))
  return never === undefined
    ? new ZerodownError('ERR_ZERODOWN_NOT_READY', 'cannot restart: no attached server listens yet.')
    : new ZerodownError('ERR_ZERODOWN_UNSUPPORTED', `cannot restart: ${never}`)
}

/** An instance of one's own. */
export const create = (options: Options = {}): Zerodown => new Zerodown(options)

/** The instance of this process. */
export const zerodown: Zerodown = new Zerodown()
