import { setImmediate } from 'node:timers'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { AttachedServer } from '../servers/attached-server.ts'
import { leave } from './leave.ts'
import type { Ledger } from '../drain/ledger.ts'
import { ZerodownError, messageOf } from '../errors.ts'
import type { Emit } from '../events.ts'
import { explainReadBefore } from '../handover/receive/adopt-connection.ts'
import { IncomingConnections } from '../handover/receive/incoming-connections.ts'
import { takeTicketKeys } from '../handover/ticket-keys.ts'
import { keyOf } from '../listeners/key.ts'
import { forget } from '../listeners/second-path.ts'
import type { Settings } from '../options/options.ts'
import type { ShutdownHooks } from '../process/shutdown-hooks.ts'
import { atExit, isStop } from '../process/exit.ts'
import { tolerant } from '../logger.ts'
import { OwnShutdown } from '../process/own-shutdown.ts'
import { thisPlatform, whyNoRestart } from '../process/platform.ts'
import { MainPid } from '../process/main-pid/main-pid.ts'
import { signalConflicts } from '../process/signal-conflicts.ts'
import { listenToSignals } from '../process/signals.ts'
import { Readiness } from './readiness.ts'
import { Attempt } from '../restart/attempt.ts'
import { PassedListeners } from '../restart/passed-listeners.ts'
import { QueuedRestart } from './queued-restart.ts'
import { planLaunch } from '../restart/launch.ts'
import type { TakeOver } from '../restart/predecessor.ts'
import type { GenerationInfo, Successor } from '../restart/successor.ts'
import type { Origin } from '../restart/origin.ts'
import { isInCharge } from '../restart/origin.ts'

export type State = 'starting' | 'serving' | 'restarting' | 'draining' | 'stopped'

/** What the state machine works on. */
export interface LifecycleDeps {
  readonly settings: Settings
  readonly attached: ReadonlySet<AttachedServer>
  readonly hooks: ShutdownHooks
  readonly draining: AbortController
  readonly origin: Origin
  readonly emit: Emit
  /** Whether the application has said that it is ready. */
  saidReady(): boolean
}

/**
 * The state machine of one process:
 *
 *     starting ──ready──→ serving ──restart──→ restarting ──commit──→ draining ──→ stopped
 *                            ↑ └───────────────────│───shutdown──────────↑
 *                            └─────rolled back─────┘
 */
export class Lifecycle {
  readonly settings: Settings
  readonly #deps: LifecycleDeps
  readonly #readiness: Readiness
  readonly #mainPid: MainPid
  readonly #incoming: IncomingConnections
  readonly #queued = new QueuedRestart()
  readonly #ownShutdown: OwnShutdown
  readonly #ignoreSignals: () => void
  #ignoreExit = (): void => {}
  #state: State = 'starting'
  #attempt: Attempt | undefined
  /** What a successor is to inherit while it is being started. */
  #passed: PassedListeners | undefined
  #attempted: Promise<unknown> | undefined
  /** Who has taken over, and what it has inherited. */
  #heir: { readonly successor: Successor; readonly passed: PassedListeners } | undefined
  #ending: Promise<Ledger> | undefined
  /** What the predecessor was told that this process serves. */
  #offered: readonly AttachedServer[] = []

  /** @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` */
  constructor(deps: LifecycleDeps) {
    const { origin, attached } = deps
    const settings = { ...deps.settings, logger: tolerant(deps.settings.logger) }
    this.#deps = deps
    this.settings = settings
    this.#mainPid = new MainPid(settings, origin.startCommand.cwd)
    this.#ownShutdown = new OwnShutdown(settings.signals)
    this.#readiness = new Readiness(attached, origin.listeners, {
      ready: () => this.ready(),
      misplaced: (forGood) => this.#misplaced(forGood),
    })
    this.#ignoreSignals = listenToSignals(settings.signals, {
      restart: (signal) => this.#restartOn(signal),
      shutdown: (signal) => this.#shutdownOn(signal),
      exitAtOnce: () => this.#exitAtOnce(),
    })
    const platform = thisPlatform()
    if (!platform.mayStartProcesses) settings.logger.warn(`no restart is possible: ${whyNoRestart(platform)}`)
    if (origin.stopEarlyWatch()) void this.#queued.want()
    if (origin.ignored !== undefined) {
      settings.logger.warn(`ignored an inheritance in the environment: ${origin.ignored}. Starting as generation 1.`)
    }
    const incoming = new IncomingConnections(attached)
    this.#incoming = incoming
    origin.predecessor?.listen({
      inCharge: (how, restart) => this.#takeCharge(how, restart),
      restart: () => origin.predecessor?.restarted(this.restart()),
      ticketKeys: () => this.#listening.forEach((server) => this.#resumeSessions(server)),
      notServed: () => this.#notServed(),
      incoming,
    })
    if (this.inCharge) this.#listenToExit()
    void origin.predecessor?.gone.then(() => {
      deps.emit('received', { connections: incoming.received })
      if (this.#state !== 'starting') this.#settlePaths()
    })
  }

  get state(): State {
    return this.#state
  }

  get inCharge(): boolean {
    return isInCharge(this.#deps.origin)
  }

  serverListens(server: AttachedServer, adopted: boolean): void {
    const { key } = server
    setImmediate(() => this.#sayListening(server, adopted))
    this.#deps.emit('listening', { key, adopted })
    this.#resumeSessions(server)
    this.#openPath(server)
    this.checkReadiness()
  }

  #openPath(server: AttachedServer): void {
    try {
      server.openPath()
    } catch (error) {
      this.settings.logger.warn(`${server.key} keeps the permissions that it had: ${messageOf(error)}`)
    }
  }

  /** Not of a server that has only looked whether its port is free. */
  #sayListening({ server, key }: AttachedServer, adopted: boolean): void {
    if (!server.listening || this.#state === 'stopped') return
    this.settings.logger.info(`generation ${this.#self.generation} listens on ${key}${adopted ? ' (adopted)' : ''}`)
  }

  /** It would be refused where clients ask for it: worse than no restart. */
  #misplaced(forGood: boolean): void {
    const { origin, saidReady } = this.#deps
    if (this.inCharge || saidReady()) return forGood ? this.ready() : undefined
    const here = this.#readiness.newcomers.map(({ key }) => key).join(', ')
    const there = origin.listeners.wanted.map(({ bound }) => keyOf(bound)).join(', ')
    const message =
      `it listens on ${here} in place of ${there}, which it was to take over. If it looks for a free port, make it ` +
      'keep to its own (by an option such as --strictPort). If its addresses are to change, stop and start the ' +
      'service, or have the new one call zerodown.ready().'
    origin.predecessor?.refuse(withoutStop(message))
    if (!forGood) return
    this.settings.logger.error(message)
    void this.#end()
  }

  serverFailed(error: unknown): void {
    if (error instanceof ZerodownError) this.settings.logger.error(error.message)
    if (!this.inCharge) this.#deps.origin.predecessor?.refuse(withoutStop(messageOf(error)))
  }

  #resumeSessions({ server, inheritedAs }: AttachedServer): void {
    const keys = this.#deps.origin.predecessor?.ticketKeysOf(inheritedAs)
    if (keys !== undefined) takeTicketKeys(server, keys)
  }

  checkReadiness(): void {
    const automatic = this.settings.readiness === 'auto' || this.#deps.saidReady()
    if (this.#state === 'starting' && automatic) this.#readiness.check()
  }

  ready(): void {
    if (this.#state !== 'starting') return
    this.#readiness.cancel()
    this.#state = 'serving'
    const { origin, emit } = this.#deps
    for (const { bound } of origin.listeners.wanted) {
      this.settings.logger.warn(`nothing listens on ${keyOf(bound)} any more; it will be closed at commit.`)
    }
    const { ancestors } = thisPlatform()
    for (const conflict of signalConflicts(this.settings.signals.restart, ancestors))
      this.settings.logger.warn(conflict)
    emit('ready', this.#self)
    // In charge before it was ready: the first generation, the heir of a dead one, or one that has begun once more.
    if (this.inCharge) this.#begin(undefined)
    else this.#offer()
  }

  explainReadBefore({ key }: AttachedServer): void {
    this.settings.logger.info(explainReadBefore(key))
  }

  /** Tells the predecessor that this process is ready, and which connections it takes. */
  #offer(): void {
    const receivers = this.settings.handover ? this.#incoming.receivers : []
    for (const server of this.settings.handover ? this.#listening : []) {
      if (server.inheritedAs !== undefined && server.readBefore) this.explainReadBefore(server)
    }
    if (receivers.length > 0) this.#incoming.prepare()
    this.#offered = this.#listening.filter(({ inheritedAs }) => inheritedAs !== undefined)
    this.#deps.origin.predecessor?.ready(receivers)
  }

  /** Names of what it has offered to serve and does not: by mistake, or because it ends. */
  #notServed(): string[] {
    if (this.#state !== 'serving') return ['anything']
    return this.#offered.filter(({ server }) => !server.listening).map(({ key }) => key)
  }

  restart(): Promise<GenerationInfo> {
    const refusal = this.#whyNoRestart()
    if (refusal !== undefined) return Promise.reject(refusal)
    if (this.#state === 'draining' && this.#heir !== undefined) return this.#heir.successor.restart()
    return this.#state === 'serving' && this.inCharge ? this.#restart() : this.#queued.want()
  }

  /** The application asks for it, so it is ours to end the process. */
  shutdown(): Promise<Ledger> {
    this.#ownShutdown.dismiss()
    return this.#end()
  }

  #end(): Promise<Ledger> {
    this.#ending ??= this.#shutdown()
    return this.#ending
  }

  /** The application has closed its last server by itself: nothing is left to serve, and nothing may be left behind. */
  end(): void {
    this.#giveUpRestarts('its last server was closed')
    this.#readiness.cancel()
    this.#ignoreSignals()
    this.#ignoreExit()
    this.#mainPid.remove()
    this.#leaveUnlessInCharge('its last server was closed')
    this.#deps.origin.predecessor?.listen(undefined)
    this.#state = 'stopped'
  }

  #whyNoRestart(): ZerodownError | undefined {
    const never = whyNoRestart(thisPlatform(this.#self.generation)) ?? this.#whyNotInherited()
    if (never !== undefined) return new ZerodownError('ERR_ZERODOWN_UNSUPPORTED', `cannot restart: ${never}`)
    if (this.#state === 'starting' && this.inCharge && !this.#readiness.imminent) {
      const waitsFor = this.#readiness.pending > 0 ? 'its servers to listen' : 'zerodown.ready()'
      return new ZerodownError('ERR_ZERODOWN_NOT_READY', `cannot restart before it is ready: it waits for ${waitsFor}.`)
    }
    if (this.#state === 'serving' && this.inCharge && this.#listening.length === 0) {
      return new ZerodownError(
        'ERR_ZERODOWN_NOT_READY',
        'cannot restart: none of the servers of this process listens any more, so a successor could inherit nothing. ' +
          'Whatever has closed them, such as a listener to the same signal, must not.',
      )
    }
    if (this.#state === 'stopped' || (this.#state === 'draining' && this.#heir === undefined)) {
      return new ZerodownError('ERR_ZERODOWN_SHUTTING_DOWN', 'cannot restart: this process is shutting down.')
    }
    return undefined
  }

  #whyNotInherited(): string | undefined {
    const stuck = this.#listening.find((server) => server.listener === undefined)
    return stuck && `the socket of ${stuck.key} has no file descriptor that a successor could inherit.`
  }

  async #restart(): Promise<GenerationInfo> {
    this.#state = 'restarting'
    const { settings } = this
    const { origin, emit } = this.#deps
    const generation = origin.generation + 1
    try {
      const passed = new PassedListeners(this.#listening)
      this.#passed = passed
      const will = { generation, listeners: passed.listeners, restartSignals: settings.signals.restart }
      const { restore = {}, cwd } = origin.inheritance ?? {}
      const launch = planLaunch(origin.startCommand, settings.launch, will, restore, cwd)
      this.#attempt = new Attempt(launch, generation, passed.ticketKeys, {
        settings,
        emit,
        mainPid: this.#mainPid,
      })
      const attempted = this.#attempt.run()
      this.#attempted = attempted.catch(() => {})
      const successor = await attempted
      if (this.#state !== 'restarting') await this.#endLate(successor)
      this.#commit({ successor, passed })
      return { pid: successor.pid, generation }
    } catch (error) {
      this.#passed?.takeBack(this.#state === 'restarting')
      this.#rollBack(error)
      throw error
    } finally {
      this.#attempt = undefined
      this.#passed = undefined
    }
  }

  /** A shutdown came at the very moment of the commit: nobody is to take over any more. */
  async #endLate(successor: Successor): Promise<never> {
    await successor.end(this.settings.drainTimeout)
    throw new ZerodownError('ERR_ZERODOWN_RESTART_ABORTED', 'the restart was given up: this process shuts down.')
  }

  #commit(heir: { successor: Successor; passed: PassedListeners }): void {
    const { successor } = heir
    const { pid, generation } = successor
    this.#heir = heir
    this.#ignoreExit()
    for (const server of this.#open) server.giveUp()
    const outcome = successor.commit(this.#queued.wanted)
    if (outcome !== undefined) this.#queued.follow(() => outcome)
    this.#deps.emit('committed', { pid, generation })
    this.settings.logger.info(`generation ${generation} (pid ${pid}) has taken over; draining`)
    this.#ending = this.#leave('restart')
  }

  #rollBack(error: unknown): void {
    if (error instanceof ZerodownError) this.#deps.emit('rolledBack', { error })
    this.settings.logger.error(messageOf(error))
    if (this.#state !== 'restarting') return // It was a shutdown that ended it.
    this.#state = 'serving'
    this.#queued.follow(() => this.#restart())
  }

  #takeCharge(how: TakeOver, restart: boolean): void {
    const { emit, origin } = this.#deps
    this.#listenToExit()
    emit('inCharge', { how })
    if (how === 'predecessor gone') {
      this.settings.logger.warn('the predecessor ended before it had handed over; this process serves on.')
    }
    if (restart) origin.predecessor?.restarted(this.#queued.want())
    if (this.#state === 'serving') this.#begin(how)
  }

  /** Ready and in charge: from the start, by the predecessor's commit, or because the predecessor is gone. */
  #begin(how: TakeOver | undefined): void {
    const { origin, emit } = this.#deps
    const { restart } = this.settings.signals
    // By its commit the predecessor has entered this process already.
    if (how !== 'commit') void this.#mainPid.announceSelf()
    else if (origin.predecessor !== undefined)
      void this.#mainPid.confirmToSystemd(origin.predecessor, [...restart, 'SIGTERM'])
    for (const { bound } of origin.listeners.drop()) emit('dropped', { key: keyOf(bound) })
    if (how === 'predecessor gone') this.#settlePaths()
    for (const server of this.#listening) this.#openPath(server)
    this.#queued.follow(() => this.#restart())
  }

  /** The predecessor has gone, and removes no path any more. */
  #settlePaths(): void {
    for (const server of this.#deps.attached) server.putBackPath()
    for (const { secondPath } of this.#deps.origin.inheritance?.listeners ?? []) {
      if (secondPath !== undefined) forget(secondPath)
    }
  }

  async #shutdown(): Promise<Ledger> {
    const { logger, shutdownDelay } = this.settings
    this.#startDraining('shutdown')
    this.#readiness.cancel()
    this.#giveUpRestarts('this process shuts down')
    if (this.inCharge) void this.#mainPid.announceStop()
    logger.info(shutdownDelay > 0 ? `shutting down in ${shutdownDelay} ms` : 'shutting down')
    if (shutdownDelay > 0) await wait(shutdownDelay)
    // What waits in the kernel's queue is answered, too.
    await nextTurn()
    const ledger = await this.#leave('shutdown')
    return ledger
  }

  #giveUpRestarts(why: string): void {
    const reason = new ZerodownError('ERR_ZERODOWN_RESTART_ABORTED', `the restart was given up: ${why}.`)
    this.#attempt?.abort(reason)
    this.#queued.giveUp(reason)
  }

  #leaveUnlessInCharge(why: string): void {
    if (!this.inCharge) this.#deps.origin.predecessor?.leave(why)
  }

  #startDraining(reason: 'restart' | 'shutdown'): void {
    if (this.#state === 'draining') return
    this.#leaveUnlessInCharge('it shuts down')
    this.#state = 'draining'
    this.#deps.draining.abort()
    this.#deps.emit('draining', { reason })
  }

  /** The way out, by either road. */
  async #leave(reason: 'restart' | 'shutdown'): Promise<Ledger> {
    this.#startDraining(reason)
    const began = performance.now()
    const servers = this.#open
    if (reason === 'shutdown') for (const server of servers) server.removePath()
    const { emit, hooks, origin } = this.#deps
    const { settings } = this
    const ledger = await leave({ settings, hooks, emit, predecessor: origin.predecessor, servers, heir: this.#heir })
    await this.#attempted
    if (reason === 'shutdown') this.#mainPid.remove()
    this.#heir?.passed.keepPathsAtExit()
    this.#state = 'stopped'
    this.#ignoreExit()
    emit('stopped', ledger)
    if (settings.exit) {
      if (reason === 'restart') this.#ownShutdown.raise()
      this.#ownShutdown.exit(settings.drainTimeout - (performance.now() - began), settings.logger)
    } else this.#ignoreSignals()
    return ledger
  }

  #restartOn(signal: NodeJS.Signals): void {
    const refusal = this.#whyNoRestart()
    if (refusal !== undefined) this.settings.logger.warn(`${signal}: ${refusal.message}`)
    else this.restart().catch(() => {}) // Whoever failed has logged it.
  }

  #shutdownOn(signal: NodeJS.Signals): void {
    this.#ownShutdown.hear(signal)
    if (this.#state === 'draining') this.settings.logger.info(`${signal}: draining already`)
    void this.#end()
  }

  #exitAtOnce(): void {
    this.settings.logger.warn('second SIGINT: exiting at once')
    this.#attempt?.kill()
    process.exit(130)
  }

  /** For as long as it is in charge: whoever ends this process, nothing is left behind. */
  #listenToExit(): void {
    this.#ignoreExit()
    this.#ignoreExit = atExit((code) => this.#exits(code))
  }

  #exits(code: number): void {
    // Of a crash in a restart the successor is to know nothing: it takes over, with pid file and unix paths.
    if (this.#attempt !== undefined && this.#ending === undefined && !isStop(code)) return
    this.#mainPid.remove(this.#attempt?.stop())
    this.#passed?.takeBack(false)
    for (const server of this.#deps.attached) server.removePath()
  }

  get #listening(): AttachedServer[] {
    return [...this.#deps.attached].filter(({ listening }) => listening)
  }

  /** Those with connections, too, that the application has closed by itself. */
  get #open(): AttachedServer[] {
    return [...this.#deps.attached].filter(({ open }) => open)
  }

  get #self(): GenerationInfo {
    return { pid: process.pid, generation: this.#deps.origin.generation }
  }
}

/** Of a sentence that another one goes on with. */
const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '')
