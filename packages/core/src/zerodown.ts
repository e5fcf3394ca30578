import { EventEmitter } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { createServer } from 'node:http'
import type { Server } from 'node:net'
import { ActiveInstance } from './active-instance.ts'
import type { Ledger } from './drain/ledger.ts'
import type { ZerodownEvents } from './events.ts'
import type { HealthHandler } from './health/handler.ts'
import { handlerOf } from './health/handler.ts'
import type { HealthOptions } from './health/options.ts'
import { Instance } from './instance.ts'
import type { State, Status } from './status.ts'
import type { Address } from './listeners/address.ts'
import { parseAddress } from './listeners/address.ts'
import type { Options } from './options/options.ts'
import type { ShutdownHook } from './process/shutdown-hooks.ts'
import { origin } from './restart/origin.ts'
import type { GenerationInfo } from './channel/messages.ts'
import type { Handler } from './servers/handler.ts'
import { listenerOf } from './servers/handler.ts'

/** The place of a process among those of a supervisor. */
export interface WorkerPlace {
  /** From 1. A successor has the slot of its predecessor. */
  readonly slot: number
  /** How many slots there are. */
  readonly slots: number
  readonly first: boolean
}

/** Which instance is in charge of this process. */
export const active: ActiveInstance<Zerodown> = new ActiveInstance()

/** Objects that have the members of an instance, as the function does that the package `zerodown` exports. */
const faces = new WeakMap<object, Zerodown>()

/** From here on, adapters may be given `face` in place of `instance`. */
export const addFace = (face: object, instance: Zerodown): void => void faces.set(face, instance)

/** What stands behind an instance, which only its class can reach: adapters do with it what users do not. */
export let instanceBehind: (zerodown: object) => Instance<Zerodown>

/**
 * Restarts this process without losing a request. One instance is in charge of a process, from its first `listen()` on.
 */
export class Zerodown extends EventEmitter<ZerodownEvents> {
  readonly #instance: Instance<Zerodown> = new Instance(this, active)

  static {
    instanceBehind = (zerodown) => (faces.get(zerodown) ?? (zerodown as Zerodown)).#instance
  }

  /** @throws {ZerodownError} `ERR_ZERODOWN_OPTION` */
  constructor(options: Options = {}) {
    super()
    this.#instance.declare(options)
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
   * Attaches a server of node:http, node:https, node:http2, node:net or node:tls, before its `listen()`: from then on it
   * restarts without losing a request. Until it listens nothing happens, and nothing is left behind.
   * @returns the same server
   * @throws {ZerodownError} `ERR_ZERODOWN_ALREADY_LISTENING`, `ERR_ZERODOWN_OPTION`, `ERR_ZERODOWN_OPTION_CONFLICT`
   */
  attach<S extends Server>(server: S, options: Options = {}): S {
    this.#instance.attach(server, options)
    return server
  }

  /**
   * Says that this process can serve now, with `readiness: 'manual'`. If it is called before the first `listen()`, the
   * process is ready as soon as all attached servers listen.
   */
  ready(): void {
    this.#instance.sayReady()
  }

  /**
   * Starts a successor and hands over to it, as the restart signal does. If the successor fails, this process serves on
   * as before, and the promise rejects. During a restart, and while this process drains after one, the call is queued:
   * the successor restarts once more.
   * @returns the successor, once it is in charge
   * @throws {ZerodownError} rejects with `ERR_ZERODOWN_NOT_READY`, `ERR_ZERODOWN_UNSUPPORTED`,
   *   `ERR_ZERODOWN_SHUTTING_DOWN`, `ERR_ZERODOWN_LAUNCH`, `ERR_ZERODOWN_SUCCESSOR_EXITED`,
   *   `ERR_ZERODOWN_SUCCESSOR_LOST`, `ERR_ZERODOWN_SUCCESSOR_NOT_SERVING`, `ERR_ZERODOWN_READY_TIMEOUT`,
   *   `ERR_ZERODOWN_RESTART_ABORTED` or `ERR_ZERODOWN_PID_FILE`
   */
  async restart(): Promise<GenerationInfo> {
    return this.#instance.restart()
  }

  /**
   * Drains, runs the shutdown hooks and exits, as SIGTERM does. A second call returns the same promise.
   * @returns what became of the connections; with `exit: true`, the default, the process exits right after
   */
  async shutdown(): Promise<Ledger> {
    return this.#instance.shutdown()
  }

  /**
   * Adds a hook that runs after the last response, to close a database or a queue. Hooks run one after the other, the
   * last one added first. All of them together have what is left of `drainTimeout`, and at least 5000 ms. A hook that
   * fails is logged. Each is told why it runs, `{ reason: 'restart' | 'shutdown' }`: after a restart the service goes on
   * in the successor, so do not leave a service registry then.
   * @returns a function that removes the hook
   */
  onShutdown(hook: ShutdownHook): () => void {
    return this.#instance.hooks.add(hook)
  }

  /** Aborts when this process begins to drain. End streams, WebSockets and jobs on it: they do not end by themselves. */
  get draining(): AbortSignal {
    return this.#instance.draining.signal
  }

  /**
   * Takes a snapshot of this process: what it serves, what is in flight, and how far a restart or a drain is. It looks at
   * each open connection, so it costs more the more there are.
   */
  status(): Status {
    return this.#instance.status
  }

  /**
   * Makes a request handler that answers `GET` and `HEAD` of `/livez` (this process lives: 200) and `/readyz` (the
   * service takes requests: 200, else 503), and passes everything else on. A restart changes neither answer: one of the
   * two processes always serves. `/readyz` says 503 before the process is ready, and from the first moment of a
   * shutdown on, also during `shutdownDelay`.
   * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
   */
  health(options?: HealthOptions): HealthHandler {
    return handlerOf(this.#instance.health(options))
  }

  /** How far this process is: `'starting'`, `'serving'`, `'restarting'`, `'draining'` or `'stopped'`. */
  get state(): State {
    return this.#instance.state
  }

  /** The number of this process in its chain, from 1. */
  get generation(): number {
    return origin.generation
  }

  /**
   * Which of several processes of the same server this one is, under `zerodown run`; else `undefined`. `first` is true in
   * one of them only, in each generation: for what must run once, such as jobs on a timer.
   */
  get worker(): WorkerPlace | undefined {
    const { slot, slots } = origin.supervisor?.worker ?? {}
    return slot === undefined || slots === undefined ? undefined : { slot, slots, first: slot === 1 }
  }

  /** Makes a separate instance, with options of its own. Only one can be in charge of a process at a time. */
  create(options: Options = {}): Zerodown {
    return new Zerodown(options)
  }
}

/** Makes a separate instance. */
export const create = (options: Options = {}): Zerodown => new Zerodown(options)

/** The instance of this process. */
export const zerodown: Zerodown = new Zerodown()
