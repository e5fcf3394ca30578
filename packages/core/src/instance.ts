import type { EventEmitter } from 'node:events'
import type { Server } from 'node:net'
import type { ActiveInstance } from './active-instance.ts'
import type { Ledger } from './drain/ledger.ts'
import { ZerodownError, messageOf } from './errors.ts'
import type { Emit, ZerodownEvents } from './events.ts'
import { publish } from './events.ts'
import { Health } from './health/health.ts'
import type { HealthOptions } from './health/options.ts'
import { Lifecycle } from './lifecycle/lifecycle.ts'
import type { State, Status } from './status.ts'
import { statusBeforeStart } from './lifecycle/status.ts'
import { DeclaredOptions } from './options/declared.ts'
import type { Options, Settings } from './options/options.ts'
import { stopTimeoutOf } from './options/options.ts'
import { thisPlatform, whyNoRestart } from './process/platform.ts'
import { ShutdownHooks } from './process/shutdown-hooks.ts'
import { ofWorker } from './process/signals.ts'
import { origin } from './restart/origin.ts'
import type { GenerationInfo } from './channel/messages.ts'
import { attachedTooLate } from './servers/attached-too-late.ts'
import { additionalListenerOf } from './servers/additional-listener.ts'
import { AttachedServers } from './servers/attached-servers.ts'

/** What stands behind one `Zerodown`: its options and servers, and from the first `listen()` on a lifecycle. */
export class Instance<Face extends EventEmitter<ZerodownEvents>> {
  readonly hooks: ShutdownHooks = new ShutdownHooks()
  readonly draining: AbortController = new AbortController()
  readonly #face: Face
  readonly #active: ActiveInstance<Face>
  readonly #options = new DeclaredOptions()
  readonly #servers = new AttachedServers(origin, () => void this.#start())
  #saidReady = false
  #lifecycle: Lifecycle | undefined

  /**
   * @param face what the application sees, which emits the events
   * @param active which of all faces is in charge
   */
  constructor(face: Face, active: ActiveInstance<Face>) {
    this.#face = face
    this.#active = active
  }

  /**
   * Adds options before anything listens, or checks that those in force are the same. Every entry point does.
   * @param defaults in place of the usual ones; of two for the same option, the first counts
   */
  declare(options: Options, defaults?: Options): void {
    if (this.#lifecycle !== undefined) return this.#options.checkUnchanged(options)
    this.#options.add(options, defaults)
    this.#tellTimes()
  }

  attach(server: Server, options: Options): void {
    this.declare(options)
    if (this.#servers.knows(server) || this.#stepsBack()) return
    if (server.listening) throw attachedTooLate('listens already')
    this.#servers.add(server)
  }

  additionalListener(server: Server): Server {
    return this.#active.steppedBack ? additionalListenerOf(server) : this.#servers.addListenerOf(server)
  }

  setAside(server: Server): void {
    this.#servers.setAside(server)
  }

  listensTo(signal: NodeJS.Signals): boolean {
    const { restart, shutdown } = this.#settings.signals
    return restart.includes(signal) || shutdown.includes(signal)
  }

  sayReady(): void {
    this.#saidReady = true
    this.#lifecycle?.sayReady()
  }

  restart(): Promise<GenerationInfo> {
    return this.#lifecycle?.restart() ?? Promise.reject(refusalBeforeStart())
  }

  shutdown(): Promise<Ledger> {
    return this.#start().shutdown()
  }

  get state(): State {
    return this.#lifecycle?.state.current ?? 'starting'
  }

  get status(): Status {
    return this.#lifecycle?.status ?? statusBeforeStart(origin)
  }

  health(options?: HealthOptions): Health {
    const { generation } = origin
    return new Health(options, () => ({
      service: this.#lifecycle?.service ?? 'starting',
      state: this.state,
      generation,
    }))
  }

  get #settings(): Settings {
    const { settings } = this.#options
    return origin.supervisor === undefined ? settings : { ...settings, signals: ofWorker(settings.signals) }
  }

  /** The first `listen()` starts it; when the application has closed its last server, it is as if it never was. */
  #start(): Lifecycle {
    if (this.#lifecycle !== undefined) return this.#lifecycle
    this.#active.checkFree()
    const lifecycle = new Lifecycle({
      settings: this.#settings,
      servers: this.#servers,
      hooks: this.hooks,
      origin,
      saidReady: this.#saidReady,
      emit: this.#emit,
      unused: () => this.#stop(),
    })
    this.#lifecycle = lifecycle
    this.#tellTimes()
    this.#servers.watch(lifecycle)
    this.#active.put({ instance: this.#face, logger: lifecycle.settings.logger })
    return lifecycle
  }

  #tellTimes(): void {
    const settings = this.#settings
    origin.supervisor?.tellTimes({ stopTimeout: stopTimeoutOf(settings), readyTimeout: settings.readyTimeout })
  }

  #stop(): void {
    this.#lifecycle = undefined
    this.#servers.watch(undefined)
    this.#active.remove(this.#face)
  }

  #stepsBack(): boolean {
    this.#active.explainStepBack((why) => this.#options.settings.logger.warn(why))
    return this.#active.steppedBack
  }

  readonly #emit: Emit = (name, ...message) => {
    // With `exit: false` the process may live on, and have another one in charge.
    if (name === 'stopped') this.#active.remove(this.#face)
    if (name === 'draining') this.draining.abort()
    try {
      publish(name, message[0])
      // Node's types cannot follow a generic event name here.
      ;(this.#face as EventEmitter).emit(name, ...message)
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
