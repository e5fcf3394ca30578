import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { Ledger } from '../drain/ledger.ts'
import { emptyLedger } from '../drain/ledger.ts'
import { atExit, isStop } from '../process/exit.ts'
import { draining } from '../process/main-pid/status-line.ts'
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

/** The end of a process: after a commit, by a shutdown, or by an exit that nobody announced. */
export class Ending {
  /** The counts of what becomes of the connections. */
  readonly ledger: Ledger = emptyLedger()
  readonly #context: EndingContext
  readonly #ownShutdown: OwnShutdown
  #ended: Promise<Ledger> | undefined
  readonly #ignoreExit: () => void

  constructor(context: EndingContext) {
    this.#context = context
    this.#ownShutdown = new OwnShutdown(context.settings.signals)
    this.#ignoreExit = atExit((code) => this.#exits(code))
    void context.origin.supervisor?.gone.then(() => this.#supervisorGone())
  }

  /** Called when the application asks for the end. Then it is up to us to end the process. */
  askedFor(): Promise<Ledger> {
    this.#ownShutdown.dismiss()
    return this.begin()
  }

  /** Called when a signal that ends the process has come. */
  signalled(signal: NodeJS.Signals): void {
    const { state, settings } = this.#context
    this.#ownShutdown.hear(signal)
    if (state.current === 'draining') settings.logger.info(`${signal}: draining already`)
    void this.begin()
  }

  /** Drains and ends the process, after a commit or for a shutdown. Called again, it returns the same promise. */
  begin(): Promise<Ledger> {
    this.#ended ??= this.#context.restarts.taker === undefined ? this.#shutdown() : this.#leave('restart')
    return this.#ended
  }

  /** Called on a second SIGINT: exits at once. */
  atOnce(): void {
    this.#context.settings.logger.warn('second SIGINT: exiting at once')
    this.#context.restarts.kill()
    process.exit(130)
  }

  /**
   * Called when the application has closed its last server: nothing is left to serve, and nothing may be left behind.
   */
  unused(): void {
    const { restarts, readiness, origin, mainPid, watchdog, control, asSuccessor, state } = this.#context
    const why = 'its last server was closed'
    restarts.abort(why)
    readiness.cancel()
    this.#context.ignoreSignals()
    this.#ignoreExit()
    mainPid.remove()
    control.close()
    watchdog.stop()
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
    if (isInCharge(origin)) void mainPid.announceStop(draining(origin.generation))
    logger.info(shutdownDelay > 0 ? `shutting down in ${shutdownDelay} ms` : 'shutting down')
    if (shutdownDelay > 0) await wait(shutdownDelay)
    // Connections that wait in the kernel's queue are answered as well.
    await nextTurn()
    return this.#leave('shutdown')
  }

  #startDraining(reason: 'restart' | 'shutdown'): void {
    const { state, origin, asSuccessor, watchdog, emit } = this.#context
    if (state.current === 'draining') return
    watchdog.stop()
    if (!isInCharge(origin)) asSuccessor?.announceLeaving('it shuts down')
    state.enter('draining')
    emit('draining', { reason })
  }

  /** The last steps, after a commit or for a shutdown. */
  async #leave(reason: 'restart' | 'shutdown'): Promise<Ledger> {
    const { settings, state, restarts, mainPid, control, emit } = this.#context
    const { ledger } = this
    this.#startDraining(reason)
    const began = performance.now()
    const servers = this.#context.servers.open
    if (reason === 'shutdown') for (const { path } of servers) path?.remove()
    await leave(this.#context, servers, ledger)
    await restarts.over
    if (reason === 'shutdown') mainPid.remove()
    await control.leave(ledger, reason === 'restart')
    control.close()
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

  /** Nobody would replace this process, or pass a signal on to it. */
  #supervisorGone(): void {
    if (this.#context.state.isLeaving) return
    this.#context.settings.logger.warn('the supervisor has gone; this process drains and ends.')
    void this.begin()
  }

  /** Whatever ends a process that is in charge, it leaves nothing behind. */
  #exits(code: number): void {
    const { origin, restarts, mainPid, control, servers } = this.#context
    if (!isInCharge(origin)) return
    if (restarts.taker !== undefined) return // Everything belongs to the successor by now.
    // If this process crashes during a restart, the successor takes over. So its pid file and unix paths have to stay.
    if (restarts.attempting && this.#ended === undefined && !isStop(code)) return
    mainPid.remove(restarts.stopAtExit())
    control.remove()
    for (const { path } of servers) path?.remove()
  }
}
