import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { AttachedServer } from './attached-server.ts'
import type { Deferred } from './deferred.ts'
import { defer } from './deferred.ts'
import type { Ledger } from './drain/ledger.ts'
import { describeLedger } from './drain/ledger.ts'
import { drainServers } from './drain/servers.ts'
import { ZerodownError, messageOf } from './errors.ts'
import type { Emit } from './events.ts'
import { keyOf } from './listeners/key.ts'
import type { Settings } from './options.ts'
import type { ShutdownHooks } from './process/hooks.ts'
import { PidFile } from './process/pid-file.ts'
import { thisPlatform, whyNoRestart } from './process/platform.ts'
import { listenToSignals } from './process/signals.ts'
import { notifySystemd } from './process/systemd.ts'
import { Readiness } from './readiness.ts'
import { Attempt } from './restart/attempt.ts'
import { planLaunch } from './restart/launch.ts'
import type { TakeOver } from './restart/predecessor.ts'
import type { GenerationInfo, Successor } from './restart/successor.ts'
import type { Origin } from './restart/this-process.ts'

/** How long a generation waits, at the end, for its predecessor to leave, over the time the predecessor is given. ms */
const PREDECESSOR_TRAILS = 10_000

export type State = 'starting' | 'serving' | 'restarting' | 'draining' | 'stopped'

export interface Surroundings {
  readonly settings: Settings
  readonly attached: Set<AttachedServer>
  readonly hooks: ShutdownHooks
  readonly draining: AbortController
  readonly origin: Origin
  readonly emit: Emit
  /** Whether the application has said that it is ready. */
  saidReady(): boolean
  /** The application closed its last server: nothing is left to restart. */
  idle(): void
}

/**
 * The state machine of one process:
 *
 *     starting ─ready→ serving ─restart→ restarting ─commit→ draining ─→ stopped
 *                         ↑←──rolled back──┘                    ↑
 *                         └────────────────shutdown────────────→┘
 */
export class Lifecycle {
  readonly settings: Settings
  readonly #around: Surroundings
  readonly #readiness: Readiness
  readonly #pidFile: PidFile | undefined
  readonly #silence: () => void
  #state: State = 'starting'
  #attempt: Attempt | undefined
  /** The restart under way, until it is committed or rolled back. */
  #restarting: Promise<unknown> | undefined
  /** One further restart, for all the triggers that came during one. */
  #further: Deferred<GenerationInfo> | undefined
  #successor: Successor | undefined
  #ending: Promise<Ledger> | undefined

  /** @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` */
  constructor(around: Surroundings) {
    const { settings, origin, attached } = around
    this.#around = around
    this.settings = settings
    this.#pidFile = settings.pidFile === undefined ? undefined : new PidFile(settings.pidFile, origin.birth.cwd)
    this.#readiness = new Readiness(attached, origin.listeners, () => this.ready())
    this.#silence = listenToSignals(settings.signals, {
      restart: (signal) => this.#trigger(signal),
      shutdown: (signal) => this.#terminate(signal),
      exitAtOnce: () => this.#exitAtOnce(),
    })
    if (origin.stopEarlyWatch()) this.#later().catch(() => {})
    if (origin.ignored !== undefined) {
      settings.logger.warn(`ignored an inheritance in the environment: ${origin.ignored}. Starting as generation 1.`)
    }
    origin.predecessor?.listen({
      inCharge: (how, restart) => this.#inChargeNow(how, restart),
      restart: () => origin.predecessor?.restarted(this.restart()),
    })
  }

  get state(): State {
    return this.#state
  }

  serverListens(server: AttachedServer, adopted: boolean): void {
    const { key } = server
    this.settings.logger.info(`generation ${this.#self.generation} listens on ${key}${adopted ? ' (adopted)' : ''}`)
    this.#around.emit('listening', { key, adopted })
    this.checkReadiness()
  }

  serverFailed(error: Error): void {
    if (error instanceof ZerodownError) this.settings.logger.error(error.message)
    if (!this.#inCharge) this.#around.origin.predecessor?.refuse(error.message)
  }

  serverClosed(server: AttachedServer): void {
    if (this.#state === 'draining' || this.#state === 'stopped') return
    this.#around.attached.delete(server)
    if ([...this.#around.attached].some((other) => other.inUse)) this.checkReadiness()
    else this.#endIdle()
  }

  /** Whether an adopted unix path is this process's to remove. Before commit it is the predecessor's. */
  get ownsPaths(): boolean {
    return this.#inCharge
  }

  checkReadiness(): void {
    const automatic = this.settings.readiness === 'auto' || this.#around.saidReady()
    if (this.#state === 'starting' && automatic) this.#readiness.check()
  }

  ready(): void {
    if (this.#state !== 'starting') return
    this.#readiness.cancel()
    this.#state = 'serving'
    const { origin, emit } = this.#around
    for (const { bound } of origin.listeners.waiting) {
      this.settings.logger.warn(`nothing listens on ${keyOf(bound)} any more; it will be closed at commit.`)
    }
    if (this.#inCharge) this.#assumeCharge(origin.predecessor?.takeOver)
    else origin.predecessor?.ready()
    emit('ready', this.#self)
  }

  restart(): Promise<GenerationInfo> {
    const refusal = this.#whyNoRestart()
    if (refusal !== undefined) return Promise.reject(refusal)
    if (this.#state === 'draining' && this.#successor !== undefined) return this.#successor.restart()
    return this.#state === 'serving' && this.#inCharge ? this.#restart() : this.#later()
  }

  shutdown(): Promise<Ledger> {
    this.#ending ??= this.#shutdown()
    return this.#ending
  }

  #whyNoRestart(): ZerodownError | undefined {
    const never = whyNoRestart(thisPlatform()) ?? this.#whyNotPassedOn()
    if (never !== undefined) return new ZerodownError('ERR_ZERODOWN_UNSUPPORTED', `cannot restart: ${never}`)
    if (this.#state === 'starting' && this.#inCharge) {
      const waiting =
        this.settings.readiness === 'manual' ? 'zerodown.ready()' : `${this.#readiness.pending} server(s) to listen`
      return new ZerodownError(
        'ERR_ZERODOWN_NOT_READY',
        `cannot restart before this process is ready: it waits for ${waiting}.`,
      )
    }
    if (this.#state === 'stopped' || (this.#state === 'draining' && this.#successor === undefined)) {
      return new ZerodownError('ERR_ZERODOWN_SHUTTING_DOWN', 'cannot restart: this process is shutting down.')
    }
    return undefined
  }

  #whyNotPassedOn(): string | undefined {
    const stuck = this.#listening.find((server) => this.#state === 'serving' && server.listener === undefined)
    return stuck && `the socket of ${stuck.key} has no file descriptor that a successor could inherit.`
  }

  /** A trigger during a restart is not lost: one further restart follows, by whoever is in charge then. */
  #later(): Promise<GenerationInfo> {
    this.#further ??= defer()
    return this.#further.promise
  }

  #takeFurther(): Deferred<GenerationInfo> | undefined {
    const further = this.#further
    this.#further = undefined
    return further
  }

  async #restart(): Promise<GenerationInfo> {
    this.#state = 'restarting'
    const { settings } = this
    const { origin, emit } = this.#around
    const generation = origin.generation + 1
    const listeners = this.#listening.flatMap(({ listener }) => listener ?? [])
    const will = { generation, listeners, restartSignals: settings.signals.restart }
    const launch = planLaunch(origin.birth, settings.launch, will, origin.inheritance?.restore ?? {})
    const attempt = new Attempt(launch, generation, { settings, emit, pidFile: this.#pidFile })
    this.#attempt = attempt
    const attempted = attempt.run()
    this.#restarting = attempted.catch(() => {})
    try {
      const successor = await attempted
      this.#commit(successor)
      return { pid: successor.pid, generation }
    } catch (error) {
      this.#rollBack(error)
      throw error
    } finally {
      this.#attempt = undefined
    }
  }

  #commit(successor: Successor): void {
    this.#successor = successor
    for (const server of this.#listening) server.giveUp()
    const further = this.#takeFurther()
    const outcome = successor.commit(further !== undefined)
    if (further !== undefined && outcome !== undefined) further.resolve(outcome)
    const { pid, generation } = successor
    this.#around.emit('committed', { pid, generation })
    this.settings.logger.info(`generation ${generation} (pid ${pid}) has taken over; draining`)
    this.#ending = this.#leave('restart')
  }

  #rollBack(error: unknown): void {
    const { emit } = this.#around
    if (error instanceof ZerodownError) emit('rolledBack', { error })
    if (this.#state !== 'restarting') return // A shutdown ended it.
    this.#state = 'serving'
    this.settings.logger.error(messageOf(error))
    const further = this.#takeFurther()
    further?.resolve(this.#restart())
  }

  get #inCharge(): boolean {
    const { predecessor } = this.#around.origin
    return predecessor === undefined || predecessor.takeOver !== undefined
  }

  #inChargeNow(how: TakeOver, restart: boolean): void {
    this.#around.emit('inCharge', { how })
    if (how === 'predecessor gone') {
      this.settings.logger.warn('the predecessor ended before it had handed over; this process serves on.')
    }
    if (restart) this.#around.origin.predecessor?.restarted(this.#later())
    if (this.#state === 'serving') this.#assumeCharge(how)
  }

  /** Ready, and in charge: from the start, by commit, or because the predecessor is gone. */
  #assumeCharge(how: TakeOver | undefined): void {
    const { origin, emit } = this.#around
    // At commit the predecessor has announced this process already.
    if (how !== 'commit') this.#announce()
    for (const { bound } of origin.listeners.drop()) emit('dropped', { key: keyOf(bound) })
    const further = this.#takeFurther()
    further?.resolve(this.#restart())
  }

  #announce(): void {
    try {
      this.#pidFile?.write(process.pid)
    } catch (error) {
      this.settings.logger.error(messageOf(error))
    }
    void notifySystemd('READY=1', `MAINPID=${process.pid}`).then((problem) => {
      if (problem !== undefined) this.settings.logger.warn(`systemd was not told: ${messageOf(problem)}`)
    })
  }

  async #shutdown(): Promise<Ledger> {
    const { logger, shutdownDelay } = this.settings
    const aborted = new ZerodownError(
      'ERR_ZERODOWN_RESTART_ABORTED',
      'the restart was given up: this process shuts down.',
    )
    this.#readiness.cancel()
    this.#startDraining('shutdown')
    this.#attempt?.abort(aborted)
    this.#takeFurther()?.reject(aborted)
    if (this.#inCharge) void notifySystemd('STOPPING=1')
    logger.info(shutdownDelay > 0 ? `shutting down in ${shutdownDelay} ms` : 'shutting down')
    if (shutdownDelay > 0) await wait(shutdownDelay)
    // What the kernel has accepted already is answered, too.
    await nextTurn()
    return this.#leave('shutdown')
  }

  #startDraining(reason: 'restart' | 'shutdown'): void {
    if (this.#state === 'draining') return
    this.#state = 'draining'
    this.#around.draining.abort()
    this.#around.emit('draining', { reason })
  }

  /** The last steps, by either road: drain, wait for whoever leaves first, run the hooks, exit. */
  async #leave(reason: 'restart' | 'shutdown'): Promise<Ledger> {
    this.#startDraining(reason)
    const { emit, hooks, origin } = this.#around
    const { drainTimeout, logger, exit } = this.settings
    const ledger = await drainServers(this.#listening, drainTimeout, logger)
    logger.info(`drained: ${describeLedger(ledger)}`)
    emit('drained', ledger)
    if (origin.predecessor?.takeOver === 'commit') {
      await Promise.race([origin.predecessor.gone, wait(drainTimeout + PREDECESSOR_TRAILS, undefined, { ref: false })])
    }
    await hooks.run(drainTimeout - ledger.duration, logger)
    await this.#restarting
    if (reason === 'shutdown') this.#pidFile?.remove(process.pid)
    this.#state = 'stopped'
    this.#silence()
    emit('stopped', ledger)
    if (exit) process.exit(0)
    return ledger
  }

  #endIdle(): void {
    const { origin, idle } = this.#around
    this.#attempt?.abort(
      new ZerodownError('ERR_ZERODOWN_RESTART_ABORTED', 'the restart was given up: the last server was closed.'),
    )
    this.#readiness.cancel()
    this.#silence()
    this.#pidFile?.remove(process.pid)
    origin.predecessor?.listen(undefined)
    this.#state = 'starting'
    idle()
  }

  #trigger(signal: NodeJS.Signals): void {
    const refusal = this.#whyNoRestart()
    if (refusal !== undefined) this.settings.logger.warn(`${signal}: ${refusal.message}`)
    else this.restart().catch(() => {}) // Who failed has logged it.
  }

  #terminate(signal: NodeJS.Signals): void {
    if (this.#state === 'draining') this.settings.logger.info(`${signal}: draining already`)
    void this.shutdown()
  }

  #exitAtOnce(): void {
    this.settings.logger.warn('second SIGINT: exiting at once')
    this.#attempt?.kill()
    process.exit(130)
  }

  get #listening(): AttachedServer[] {
    return [...this.#around.attached].filter(({ server }) => server.listening)
  }

  get #self(): GenerationInfo {
    return { pid: process.pid, generation: this.#around.origin.generation }
  }
}
