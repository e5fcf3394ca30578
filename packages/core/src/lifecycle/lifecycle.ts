import { setImmediate } from 'node:timers'
import type { Ledger } from '../drain/ledger.ts'
import { ZerodownError } from '../errors.ts'
import type { Settings } from '../options/options.ts'
import type { ShutdownHooks } from '../process/shutdown-hooks.ts'
import { listenToSignals } from '../process/signals.ts'
import { isInCharge } from '../restart/origin.ts'
import type { TakeOver } from '../restart/predecessor.ts'
import type { GenerationInfo } from '../channel/messages.ts'
import type { AttachedServer } from '../servers/attached-server.ts'
import type { ServerWatcher } from '../servers/attached-servers.ts'
import type { Status } from '../status.ts'
import { AsSuccessor } from './as-successor.ts'
import type { Context, ContextDeps } from './context.ts'
import { contextOf } from './context.ts'
import { Ending } from './ending.ts'
import { sayListening, warnAtStart, warnWhenReady } from './log-lines.ts'
import type { Controls } from './process-control.ts'
import { Readiness } from './readiness.ts'
import { Restarts } from './restarts.ts'
import type { Service } from './service.ts'
import { serviceOf } from './service.ts'
import { ProcessState } from './state.ts'
import { statusOf } from './status.ts'
import { openPath, takeCharge } from './take-charge.ts'

export interface LifecycleDeps extends ContextDeps {
  readonly hooks: ShutdownHooks
  /** Whether the application has said already that it is ready. */
  readonly saidReady: boolean
  /** Called when the application has closed its last server: this lifecycle is over, and another one may begin. */
  unused(): void
}

/** Takes a process through its states, from the first `listen()` to its end. */
export class Lifecycle implements ServerWatcher, Controls {
  readonly settings: Settings
  readonly state: ProcessState = new ProcessState()
  readonly #context: Context
  readonly #restarts: Restarts
  readonly #readiness: Readiness
  readonly #ending: Ending
  readonly #asSuccessor: AsSuccessor | undefined
  readonly #unused: () => void
  readonly #ignoreSignals: () => void

  /** @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` */
  constructor({ hooks, saidReady, unused, ...deps }: LifecycleDeps) {
    const { predecessor, supervisor, stopEarlyWatch } = deps.origin
    const context = contextOf(deps, this.state, this)
    this.settings = context.settings
    this.#context = context
    this.#unused = unused
    this.#restarts = new Restarts(context)
    this.#asSuccessor =
      predecessor &&
      new AsSuccessor(predecessor, context, {
        inCharge: (how, restart) => this.#putInCharge(how, restart),
        restart: () => this.restart(),
      })
    this.#readiness = new Readiness(context, saidReady, {
      ready: () => this.#becomeReady(),
      misplaced: (message, forGood) => this.#misplaced(message, forGood),
    })
    this.#ending = new Ending({
      ...context,
      hooks,
      restarts: this.#restarts,
      readiness: this.#readiness,
      asSuccessor: this.#asSuccessor,
      ignoreSignals: () => this.#ignoreSignals(),
    })
    this.#ignoreSignals = listenToSignals(this.settings.signals, {
      restart: (signal) => this.#restartOn(signal),
      shutdown: (signal) => this.#ending.signalled(signal),
      exitAtOnce: () => this.#ending.atOnce(),
    })
    warnAtStart(context)
    if (stopEarlyWatch()) void this.#restarts.queued.add()
    supervisor?.subscribe(() => this.#restarts.begin(this.#readiness.waitsFor, () => this.#restart()))
  }

  get status(): Status {
    return statusOf(this.#context, this.#restarts, this.#ending.ledger)
  }

  get service(): Service {
    return serviceOf(this.#context, this.#restarts)
  }

  serverListens(server: AttachedServer, adopted: boolean): void {
    const { key } = server
    setImmediate(sayListening, this.#context, server, adopted)
    this.#context.emit('listening', { key, adopted })
    this.#asSuccessor?.resumeSessions(server)
    openPath(server, this.settings)
    this.#readiness.check()
  }

  serverFailed(server: AttachedServer, error: unknown): void {
    if (error instanceof ZerodownError) this.settings.logger.error(error.message)
    // A successor keeps it: it may try again until readyTimeout, and must still react to signals.
    if (isInCharge(this.#context.origin)) this.serverClosed(server)
    else this.#asSuccessor?.refuse(error)
  }

  serverClosed(server: AttachedServer): void {
    if (this.state.isLeaving) return
    this.#context.servers.forget(server)
    if (!this.#endIfUnused()) this.#readiness.check()
  }

  serverSetAside(): void {
    this.#endIfUnused()
  }

  serverCannotReceive(server: AttachedServer): void {
    for (const why of server.obstacles()) this.settings.logger.info(why)
  }

  /** The application says that this process can serve. */
  sayReady(): void {
    this.#readiness.say()
  }

  whyNoRestart(): ZerodownError | undefined {
    return this.#restarts.whyNot(this.#readiness.waitsFor)
  }

  restart(): Promise<GenerationInfo> {
    return this.#restarts.request(this.#readiness.waitsFor, () => this.#restart())
  }

  shutdown(): Promise<Ledger> {
    return this.#ending.askedFor()
  }

  #misplaced(message: string, forGood: boolean): void {
    this.#asSuccessor?.refuse(message)
    if (!forGood) return
    this.settings.logger.error(message)
    void this.#ending.begin()
  }

  #becomeReady(): void {
    if (this.state.current !== 'starting') return
    const { origin, servers } = this.#context
    this.state.enter('serving')
    servers.gate.open()
    warnWhenReady(this.#context)
    this.#context.emit('ready', { pid: process.pid, generation: origin.generation })
    // In charge before it was ready: the first generation, the successor of a dead one, or one that has begun once more.
    if (isInCharge(origin)) this.#begin(undefined)
    else this.#asSuccessor?.announceReady()
  }

  #putInCharge(how: TakeOver, restart: boolean): void {
    this.#context.emit('inCharge', { how })
    if (how === 'predecessor gone') {
      this.settings.logger.warn('the predecessor ended before it had handed over; this process serves on.')
    }
    if (restart) this.#asSuccessor?.reportRestart(this.#restarts.queued.add())
    if (this.state.current === 'serving') this.#begin(how)
  }

  /** Ready and in charge: from the start, by the predecessor's commit, or because the predecessor is gone. */
  #begin(how: TakeOver | undefined): void {
    if (how === 'predecessor gone') this.#asSuccessor?.settlePaths()
    takeCharge(this.#context, how)
    this.#restarts.queued.run(() => this.#restart())
  }

  #restartOn(signal: NodeJS.Signals): void {
    // Sent to every process of the service, it has come to the supervisor as well.
    if (this.#context.origin.supervisor !== undefined) return
    const refusal = this.whyNoRestart()
    if (refusal !== undefined) this.settings.logger.warn(`${signal}: ${refusal.message}`)
    else this.restart().catch(() => {}) // Whoever failed has logged it.
  }

  async #restart(): Promise<GenerationInfo> {
    try {
      const successor = await this.#restarts.restart()
      void this.#ending.begin()
      return successor
    } catch (error) {
      if (this.state.current === 'serving') this.#restarts.queued.run(() => this.#restart())
      throw error
    }
  }

  #endIfUnused(): boolean {
    if (this.#context.servers.inUse) return false
    // Before it has come that far, a successor still hears signals, and its predecessor.
    if (this.state.current === 'starting' && !isInCharge(this.#context.origin)) return false
    this.#ending.unused()
    this.#unused()
    return true
  }
}
