import type { Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { AttachedServer } from './attached-server.ts'
import type { Ledger } from './drain/ledger.ts'
import { describeLedger } from './drain/ledger.ts'
import type { Draining } from './drain/drain.ts'
import { drainServers } from './drain/servers.ts'
import { ZerodownError, messageOf } from './errors.ts'
import type { Emit } from './events.ts'
import { Handover } from './handover/handover.ts'
import type { Payload, Receiver } from './handover/payload.ts'
import { keyOf } from './listeners/key.ts'
import type { Settings } from './options.ts'
import type { ShutdownHooks } from './process/hooks.ts'
import { tolerant } from './process/logger.ts'
import { thisPlatform, whyNoRestart } from './process/platform.ts'
import { Registration } from './process/registration.ts'
import { listenToSignals } from './process/signals.ts'
import { Readiness } from './readiness.ts'
import { Attempt } from './restart/attempt.ts'
import { FurtherRestart } from './restart/further.ts'
import { FIRST_FD, planLaunch } from './restart/launch.ts'
import type { TakeOver } from './restart/predecessor.ts'
import type { GenerationInfo, Successor } from './restart/successor.ts'
import type { Origin } from './restart/this-process.ts'

/** How much longer than its own drain a predecessor may take to leave, before its successor leaves without it. ms */
const PREDECESSOR_TRAILS = 10_000

export type State = 'starting' | 'serving' | 'restarting' | 'draining' | 'stopped'

/** What the state machine works on. */
export interface Surroundings {
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
  readonly #around: Surroundings
  readonly #readiness: Readiness
  readonly #registration: Registration
  readonly #further = new FurtherRestart()
  readonly #ignoreSignals: () => void
  #state: State = 'starting'
  /** How many connections the predecessor has handed over. */
  #received = 0
  /** The listeners' descriptors in the successor. */
  #inherited = new Map<AttachedServer, number>()
  #attempt: Attempt | undefined
  #attempted: Promise<unknown> | undefined
  #successor: Successor | undefined
  #ending: Promise<Ledger> | undefined

  /** @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` */
  constructor(around: Surroundings) {
    const { origin, attached } = around
    const settings = { ...around.settings, logger: tolerant(around.settings.logger) }
    this.#around = around
    this.settings = settings
    this.#registration = new Registration(settings, origin.birth.cwd)
    this.#readiness = new Readiness(attached, origin.listeners, () => this.ready())
    this.#ignoreSignals = listenToSignals(settings.signals, {
      restart: (signal) => this.#restartOn(signal),
      shutdown: (signal) => this.#shutdownOn(signal),
      exitAtOnce: () => this.#exitAtOnce(),
    })
    if (origin.stopEarlyWatch()) void this.#further.want()
    if (origin.ignored !== undefined) {
      settings.logger.warn(`ignored an inheritance in the environment: ${origin.ignored}. Starting as generation 1.`)
    }
    origin.predecessor?.listen({
      inCharge: (how, restart) => this.#takeCharge(how, restart),
      restart: () => origin.predecessor?.restarted(this.restart()),
      connection: (socket, listener, payload) => this.#receive(socket, listener, payload),
    })
    void origin.predecessor?.gone.then(() => this.#around.emit('received', { connections: this.#received }))
  }

  get state(): State {
    return this.#state
  }

  /** A generation is in charge from its predecessor's commit on; the first one always is. */
  get inCharge(): boolean {
    const { predecessor } = this.#around.origin
    return predecessor === undefined || predecessor.takeOver !== undefined
  }

  serverListens(server: AttachedServer, adopted: boolean): void {
    const { key } = server
    this.settings.logger.info(`generation ${this.#self.generation} listens on ${key}${adopted ? ' (adopted)' : ''}`)
    this.#around.emit('listening', { key, adopted })
    this.checkReadiness()
  }

  serverFailed(error: Error): void {
    if (error instanceof ZerodownError) this.settings.logger.error(error.message)
    if (!this.inCharge) this.#around.origin.predecessor?.refuse(error.message)
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
    emit('ready', this.#self)
    if (this.inCharge) this.#begin(origin.predecessor?.takeOver)
    else origin.predecessor?.ready(this.#receivers)
  }

  restart(): Promise<GenerationInfo> {
    const refusal = this.#whyNoRestart()
    if (refusal !== undefined) return Promise.reject(refusal)
    if (this.#state === 'draining' && this.#successor !== undefined) return this.#successor.restart()
    return this.#state === 'serving' && this.inCharge ? this.#restart() : this.#further.want()
  }

  shutdown(): Promise<Ledger> {
    this.#ending ??= this.#shutdown()
    return this.#ending
  }

  /** The application has closed its last server by itself: nothing is left to serve, and nothing may be left behind. */
  end(): void {
    this.#giveUpRestarts('its last server was closed')
    this.#readiness.cancel()
    this.#ignoreSignals()
    this.#registration.remove()
    this.#around.origin.predecessor?.listen(undefined)
  }

  #whyNoRestart(): ZerodownError | undefined {
    const never = whyNoRestart(thisPlatform()) ?? this.#whyNotInherited()
    if (never !== undefined) return new ZerodownError('ERR_ZERODOWN_UNSUPPORTED', `cannot restart: ${never}`)
    if (this.#state === 'starting' && this.inCharge) {
      const waitsFor = this.#readiness.pending > 0 ? 'its servers to listen' : 'zerodown.ready()'
      return new ZerodownError('ERR_ZERODOWN_NOT_READY', `cannot restart before it is ready: it waits for ${waitsFor}.`)
    }
    if (this.#state === 'stopped' || (this.#state === 'draining' && this.#successor === undefined)) {
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
    const { origin, emit } = this.#around
    const generation = origin.generation + 1
    const inheriting = this.#listening.filter(({ listener }) => listener !== undefined)
    this.#inherited = new Map(inheriting.map((server, at) => [server, FIRST_FD + at]))
    const listeners = inheriting.flatMap(({ listener }) => listener ?? [])
    const will = { generation, listeners, restartSignals: settings.signals.restart }
    const launch = planLaunch(
      origin.birth,
      settings.launch,
      will,
      origin.inheritance?.restore ?? {},
      origin.inheritance?.cwd,
    )
    this.#attempt = new Attempt(launch, generation, { settings, emit, registration: this.#registration })
    try {
      const attempted = this.#attempt.run()
      this.#attempted = attempted.catch(() => {})
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
    const { pid, generation } = successor
    this.#successor = successor
    for (const server of this.#listening) server.giveUp()
    const outcome = successor.commit(this.#further.wanted)
    if (outcome !== undefined) this.#further.follow(() => outcome)
    this.#around.emit('committed', { pid, generation })
    this.settings.logger.info(`generation ${generation} (pid ${pid}) has taken over; draining`)
    this.#ending = this.#leave('restart')
  }

  #rollBack(error: unknown): void {
    if (error instanceof ZerodownError) this.#around.emit('rolledBack', { error })
    this.settings.logger.error(messageOf(error))
    if (this.#state !== 'restarting') return // It was a shutdown that ended it.
    this.#state = 'serving'
    this.#further.follow(() => this.#restart())
  }

  #receive(socket: Socket, listener: number, payload: Payload): boolean {
    const server = [...this.#around.attached].find(({ receiver }) => receiver?.listener === listener)
    const served = this.#state !== 'stopped' && server !== undefined && server.receive(socket, payload)
    if (served) this.#received += 1
    return served
  }

  get #receivers(): Receiver[] {
    return this.settings.handover ? [...this.#around.attached].flatMap(({ receiver }) => receiver ?? []) : []
  }

  #takeCharge(how: TakeOver, restart: boolean): void {
    const { emit, origin } = this.#around
    emit('inCharge', { how })
    if (how === 'predecessor gone') {
      this.settings.logger.warn('the predecessor ended before it had handed over; this process serves on.')
    }
    if (restart) origin.predecessor?.restarted(this.#further.want())
    if (this.#state === 'serving') this.#begin(how)
  }

  /** Ready and in charge: from the start, by the predecessor's commit, or because the predecessor is gone. */
  #begin(how: TakeOver | undefined): void {
    const { origin, emit } = this.#around
    // By its commit the predecessor has entered this process already.
    if (how !== 'commit') void this.#registration.enterSelf()
    for (const { bound } of origin.listeners.drop()) emit('dropped', { key: keyOf(bound) })
    this.#further.follow(() => this.#restart())
  }

  async #shutdown(): Promise<Ledger> {
    const { logger, shutdownDelay } = this.settings
    this.#startDraining('shutdown')
    this.#readiness.cancel()
    this.#giveUpRestarts('this process shuts down')
    if (this.inCharge) void this.#registration.announceStop()
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
    this.#further.giveUp(reason)
  }

  #startDraining(reason: 'restart' | 'shutdown'): void {
    if (this.#state === 'draining') return
    this.#state = 'draining'
    this.#around.draining.abort()
    this.#around.emit('draining', { reason })
  }

  /** The last steps, by either road: drain, wait for whoever has to leave first, run the hooks, exit. */
  async #leave(reason: 'restart' | 'shutdown'): Promise<Ledger> {
    this.#startDraining(reason)
    if (reason === 'shutdown') for (const server of this.#listening) server.removePath()
    const { emit, hooks } = this.#around
    const { drainTimeout, logger, exit } = this.settings
    const handover = this.#successor && this.settings.handover ? new Handover(this.#successor.connections) : undefined
    const ledger = await drainServers(this.#draining(handover), this.#predecessorGone(), this.settings)
    handover?.end()
    logger.info(`drained: ${describeLedger(ledger)}`)
    emit('drained', ledger)
    await this.#predecessorGone()
    await hooks.run(drainTimeout - ledger.duration, logger)
    await this.#attempted
    if (reason === 'shutdown') this.#registration.remove()
    this.#state = 'stopped'
    this.#ignoreSignals()
    emit('stopped', ledger)
    if (exit) process.exit(0)
    return ledger
  }

  #draining(handover: Handover | undefined): Omit<Draining, 'ledger'>[] {
    return this.#listening.map((attached) => {
      const listener = this.#inherited.get(attached)
      const moves = handover !== undefined && listener !== undefined && handover.takes(listener)
      const { server, connections } = attached
      return { server, connections, handover: moves ? { to: handover, listener } : undefined }
    })
  }

  /** A generation leaves only after its predecessor, which passes triggers on to it. */
  async #predecessorGone(): Promise<void> {
    const { predecessor } = this.#around.origin
    if (predecessor?.takeOver !== 'commit') return
    const over = new AbortController()
    // By now this timer may be all that keeps the process alive, which has hooks to run.
    const late = wait(this.settings.drainTimeout + PREDECESSOR_TRAILS, undefined, { signal: over.signal })
    await Promise.race([predecessor.gone, late.catch(() => {})])
    over.abort()
  }

  #restartOn(signal: NodeJS.Signals): void {
    const refusal = this.#whyNoRestart()
    if (refusal !== undefined) this.settings.logger.warn(`${signal}: ${refusal.message}`)
    else this.restart().catch(() => {}) // Whoever failed has logged it.
  }

  #shutdownOn(signal: NodeJS.Signals): void {
    if (this.#state === 'draining') this.settings.logger.info(`${signal}: draining already`)
    void this.shutdown()
  }

  #exitAtOnce(): void {
    this.settings.logger.warn('second SIGINT: exiting at once')
    this.#attempt?.kill()
    if (this.#successor === undefined && this.inCharge) {
      this.#registration.remove()
      for (const server of this.#around.attached) server.removePath()
    }
    process.exit(130)
  }

  get #listening(): AttachedServer[] {
    return [...this.#around.attached].filter(({ server }) => server.listening)
  }

  get #self(): GenerationInfo {
    return { pid: process.pid, generation: this.#around.origin.generation }
  }
}
