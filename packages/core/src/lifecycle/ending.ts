import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { Ledger } from '../drain/ledger.ts'
import { emptyLedger } from '../drain/ledger.ts'
import { atExit, isStop } from '../process/exit.ts'
import { OwnShutdown } from '../process/own-shutdown.ts'
import type { ShutdownHooks } from '../process/shutdown-hooks.ts'
import { isInCharge } from '../restart/origin.ts'
import type { AsSuccessor } from './as-successor.ts'
import type { Context } from './context.ts'
import { leave } from './leave.ts'
import type { Readiness } from './readiness.ts'
import type { Restarts } from './restarts.ts'

export interface EndingContext extends Context {
  readonly hooks: ShutdownHooks
  readonly restarts: Restarts
  readonly readiness: Readiness
  readonly asSuccessor: AsSuccessor | undefined
  ignoreSignals(): void
}

/** The end of a process: after a commit, by a shutdown, or by an exit that nobody has announced. */
export class Ending {
  /** What becomes of the connections. */
  readonly ledger: Ledger = emptyLedger()
  readonly #context: EndingContext
  readonly #ownShutdown: OwnShutdown
  #ended: Promise<Ledger> | undefined
  #ignoreExit = (): void => {}

  constructor(context: EndingContext) {
    this.#context = context
    this.#ownShutdown = new OwnShutdown(context.settings.signals)
  }

  /** The application asks for it, so it is ours to end the process. */
  askedFor(): Promise<Ledger> {
    this.#ownShutdown.dismiss()
    return this.begin()
  }

  /** A signal that ends the process has come. */
  signalled(signal: NodeJS.Signals): void {
    const { state, settings } = this.#context
    this.#ownShutdown.hear(signal)
    if (state.current === 'draining') settings.logger.info(`${signal}: draining already`)
    void this.begin()
  }

  /** Drains and ends the process, by either road. Called again, it gives the same promise. */
  begin(): Promise<Ledger> {
    this.#ended ??= this.#context.restarts.taker === undefined ? this.#shutdown() : this.#leave('restart')
    return this.#ended
  }

  /** A second SIGINT. */
  atOnce(): void {
    this.#context.settings.logger.warn('second SIGINT: exiting at once')
    this.#context.restarts.kill()
    process.exit(130)
  }

  /** From here on it is in charge: whoever ends this process, nothing is left behind. */
  watchExit(): void {
    this.#ignoreExit()
    this.#ignoreExit = atExit((code) => this.#exits(code))
  }

  /** The application has closed its last server: nothing is left to serve, and nothing may be left behind. */
  unused(): void {
    const { restarts, readiness, origin, mainPid, asSuccessor, state } = this.#context
    const why = 'its last server was closed'
    restarts.abort(why)
    readiness.cancel()
    this.#context.ignoreSignals()
    this.#ignoreExit()
    mainPid.remove()
    if (!isInCharge(origin)) asSuccessor?.announceLeaving(why)
    asSuccessor?.stop()
    state.enter('stopped')
  }

  async #shutdown(): Promise<Ledger> {
    const { settings, origin, mainPid, restarts, readiness } = this.#context
    const { logger, shutdownDelay } = settings
    this.#startDraining('shutdown')
    readiness.cancel()
    restarts.abort('this process shuts down')
    if (isInCharge(origin)) void mainPid.announceStop()
    logger.info(shutdownDelay > 0 ? `shutting down in ${shutdownDelay} ms` : 'shutting down')
    if (shutdownDelay > 0) await wait(shutdownDelay)
    // What waits in the kernel's queue is answered, too.
    await nextTurn()
    return this.#leave('shutdown')
  }

  #startDraining(reason: 'restart' | 'shutdown'): void {
    const { state, origin, asSuccessor, emit } = this.#context
    if (state.current === 'draining') return
    if (!isInCharge(origin)) asSuccessor?.announceLeaving('it shuts down')
    state.enter('draining')
    emit('draining', { reason })
  }

  /** The way out, by either road. */
  async #leave(reason: 'restart' | 'shutdown'): Promise<Ledger> {
    const { settings, state, restarts, mainPid, emit } = this.#context
    const { ledger } = this
    this.#startDraining(reason)
    const began = performance.now()
    const servers = this.#context.servers.open
    if (reason === 'shutdown') for (const { path } of servers) path?.remove()
    await leave(this.#context, servers, ledger)
    await restarts.over
    if (reason === 'shutdown') mainPid.remove()
    restarts.taker?.passed.keepPathsAtExit()
    state.enter('stopped')
    this.#ignoreExit()
    emit('stopped', ledger)
    if (settings.exit) {
      if (reason === 'restart') this.#ownShutdown.raise()
      this.#ownShutdown.exit(settings.drainTimeout - (performance.now() - began), settings.logger)
    } else this.#context.ignoreSignals()
    return ledger
  }

  #exits(code: number): void {
    const { restarts, mainPid, servers } = this.#context
    if (restarts.taker !== undefined) return // All of it is the successor's by now.
    // Of a crash in a restart the successor is to know nothing: it takes over, with pid file and unix paths.
    if (restarts.attempting && this.#ended === undefined && !isStop(code)) return
    mainPid.remove(restarts.stopAtExit())
    for (const { path } of servers) path?.remove()
  }
}
