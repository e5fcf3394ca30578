import cluster from 'node:cluster'
import { EventEmitter } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { createServer } from 'node:http'
import type { Server } from 'node:net'
import type { ServerHost } from './servers/attached-server.ts'
import { AttachedServer } from './servers/attached-server.ts'
import { remember } from './servers/attachments.ts'
import { checkUnchanged, merge } from './options/declared.ts'
import type { Ledger } from './drain/ledger.ts'
import { ZerodownError, messageOf } from './errors.ts'
import type { Emit, ZerodownEvents } from './events.ts'
import { publish } from './events.ts'
import { additionalListenerOf } from './servers/additional-listener.ts'
import type { Handler } from './servers/handler.ts'
import { listenerOf } from './servers/handler.ts'
import type { State } from './lifecycle/lifecycle.ts'
import { Lifecycle } from './lifecycle/lifecycle.ts'
import type { Address } from './listeners/address.ts'
import { parseAddress } from './listeners/address.ts'
import type { Options, Settings } from './options/options.ts'
import { resolve } from './options/resolve.ts'
import type { ShutdownHook } from './process/shutdown-hooks.ts'
import { ShutdownHooks } from './process/shutdown-hooks.ts'
import { thisPlatform, whyNoRestart } from './process/platform.ts'
import { isInCharge, origin } from './restart/origin.ts'
import type { GenerationInfo } from './restart/successor.ts'

/** What is in charge of this process: signals and listeners can be handled once only. */
let active: { readonly instance: Zerodown; warn(message: string): void } | undefined

/** What to warn of as soon as there is somebody in charge. */
let unsaid: string | undefined

/** This package was loaded once more, and that copy uses this one. */
export function meetCopy(message: string): void {
  if (active === undefined) unsaid = message
  else active.warn(message)
}

/** Why nothing is attached here: a copy that does not understand this one was first. */
let steppedBack: { readonly why: string; said: boolean } | undefined

export function stepBack(why: string): void {
  steppedBack = { why, said: false }
}

/** The instance in charge of this process. */
export const instanceInCharge = (): Zerodown | undefined => active?.instance

/**
 * Restarts this process without losing a request. One instance is in charge of a process, from its first `listen()` on.
 */
export class Zerodown extends EventEmitter<ZerodownEvents> {
  #declared: Options = {}
  #defaults: Options = {}
  #lifecycle: Lifecycle | undefined
  #draining = new AbortController()
  readonly #hooks = new ShutdownHooks()
  readonly #known = new WeakSet<Server>()
  /** Those that listen or are about to. */
  readonly #attached = new Set<AttachedServer>()
  #saidReady = false

  /** @throws {ZerodownError} `ERR_ZERODOWN_OPTION` */
  constructor(options: Options = {}) {
    super()
    this.declare(options)
  }

  /**
   * Adds options before anything listens, or checks that those in force are the same. Every entry point does.
   * @param defaults in place of the usual ones; of two for the same option, the first counts
   * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, `ERR_ZERODOWN_OPTION_CONFLICT`
   */
  declare(options: Options, defaults: Options = {}): void {
    if (this.#lifecycle === undefined) {
      this.#declared = merge(this.#declared, options)
      this.#defaults = { ...defaults, ...this.#defaults }
    } else checkUnchanged(this.#settings, this.#declared, options)
  }

  get #settings(): Settings {
    return resolve({ ...this.#defaults, ...this.#declared })
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
    this.declare(options)
    if (this.#known.has(server) || this.#stepsBack()) return server
    if (server.listening) {
      throw new ZerodownError(
        'ERR_ZERODOWN_ALREADY_LISTENING',
        'attach: this server listens already, so a successor could not adopt its address. Call attach(server) before ' +
          'server.listen().',
      )
    }
    this.#add(server)
    return server
  }

  /**
   * For adapters: one more address for a server that is attached. What is accepted there is a connection of that server
   * in every respect, also in a handover. That it cannot listen is no reason to give up a restart.
   * @returns a server of its own, to listen with and to close
   */
  additionalListener(server: Server): Server {
    if (steppedBack !== undefined) return additionalListenerOf(server)
    const main = [...this.#attached].find((it) => it.server === server)
    if (main === undefined) throw new TypeError('additionalListener: this server is not attached.')
    const further = additionalListenerOf(server)
    this.#add(further, main)
    return further
  }

  /**
   * For adapters: this server does not keep its process alive, so the process is there for something else, as one that
   * only starts the program and talks to it. Where no other server listens, it is as if this one never had.
   */
  setAside(server: Server): void {
    for (const it of this.#attached) if (it.server === server) it.setAside()
    this.#endIfUnused()
  }

  #add(server: Server, main?: AttachedServer): void {
    this.#known.add(server)
    const events: ServerHost = {
      beforeListen: (starting) => {
        this.#start()
        // In the order of their `listen()`, by which two of the same words (port 0 twice) are told apart.
        this.#attached.delete(starting)
        this.#attached.add(starting)
      },
      inherited: () => {
        // One may be closed whose 'close' is still to come.
        for (const it of this.#attached) it.giveBack()
        return origin.listeners
      },
      givesBack: (listener) => origin.listeners.giveBack(listener),
      portZeroIndex: (asked) => origin.portZeroOrder.next(asked),
      bindsItself: () => !thisPlatform().clusterWorker && thisPlatform().platform !== 'win32',
      listening: (it, adopted) => this.#lifecycle?.serverListens(it, adopted),
      failed: (it, error) => this.#failed(it, error),
      // In a cluster it is the primary that has bound it.
      ownsPath: (adopted) => !cluster.isWorker && (!adopted || isInCharge(origin)),
      closed: (it) => this.#forget(it),
      readBefore: (it) => this.#lifecycle?.explainReadBefore(it),
    }
    const attached = new AttachedServer(server, events, main)
    this.#attached.add(attached)
    remember(server, attached)
  }

  /**
   * With `readiness: 'manual'`: says that this process can serve now. Said before the first `listen()`, it counts from
   * the moment at which all attached servers listen.
   */
  ready(): void {
    this.#saidReady = true
    this.#lifecycle?.ready()
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
    return this.#lifecycle?.state ?? 'starting'
  }

  /** The number of this process in its chain, from 1. */
  get generation(): number {
    return origin.generation
  }

  /** An instance of one's own, with its own options. Only one may be in charge of a process at a time. */
  create(options: Options = {}): Zerodown {
    return new Zerodown(options)
  }

  /** The first `listen()` starts it; when the application has closed its last server, it is as if it never was. */
  #start(): Lifecycle {
    if (this.#lifecycle !== undefined) return this.#lifecycle
    if (steppedBack !== undefined) throw new ZerodownError('ERR_ZERODOWN_ALREADY_ACTIVE', steppedBack.why)
    if (active !== undefined) {
      throw new ZerodownError(
        'ERR_ZERODOWN_ALREADY_ACTIVE',
        'another zerodown instance is in charge of this process. Use one instance for all servers of a process.',
      )
    }
    const lifecycle = new Lifecycle({
      settings: this.#settings,
      attached: this.#attached,
      hooks: this.#hooks,
      draining: this.#draining,
      origin,
      saidReady: () => this.#saidReady,
      emit: this.#emit,
    })
    const { logger } = lifecycle.settings
    active = { instance: this, warn: (message) => logger.warn(message) }
    if (unsaid !== undefined) logger.warn(unsaid)
    unsaid = undefined
    this.#lifecycle = lifecycle
    return lifecycle
  }

  #stepsBack(): boolean {
    if (steppedBack === undefined) return false
    if (!steppedBack.said) this.#settings.logger.warn(steppedBack.why)
    steppedBack.said = true
    return true
  }

  #failed(server: AttachedServer, error: unknown): void {
    if (server.optional) return this.#forget(server)
    this.#lifecycle?.serverFailed(error)
    // A successor that cannot listen where it should is a bad release, until it can; and meanwhile it hears signals.
    if (this.#lifecycle?.inCharge === true) this.#forget(server)
  }

  /** Until it listens again. */
  #forget(server: AttachedServer): void {
    if (this.#leaving) return
    this.#attached.delete(server)
    if (!this.#endIfUnused()) this.#lifecycle?.checkReadiness()
  }

  /** @returns whether nothing listens any more, nor is about to */
  #endIfUnused(): boolean {
    if ([...this.#attached].some((server) => server.inUse && !server.aside)) return false
    // Before it has come that far, a successor still hears signals, and its predecessor.
    if (this.#lifecycle?.state === 'starting' && !this.#lifecycle.inCharge) return false
    this.#lifecycle?.end()
    if (this.#lifecycle !== undefined) active = undefined
    this.#lifecycle = undefined
    return true
  }

  get #leaving(): boolean {
    return this.state === 'draining' || this.state === 'stopped'
  }

  readonly #emit: Emit = (name, ...message) => {
    // With `exit: false` the process may live on, and have another one in charge.
    if (name === 'stopped' && active?.instance === this) active = undefined
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
