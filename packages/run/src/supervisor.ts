import { resolve } from 'node:path'
import type { Failure, GenerationInfo, InheritedListener, Launch, Logger, Step } from '@zerodown/core/supervision'
import { defer, listenToSignals, messageOf, readStartCommand, within } from '@zerodown/core/supervision'
import { MemoryWatch } from './memory-watch.ts'
import { Moves } from './moves.ts'
import { Replacements } from './replacements.ts'
import type { RollOutcome } from './rolls.ts'
import { Rolls } from './rolls.ts'
import { ServiceManager } from './service-manager.ts'
import type { RunSettings } from './settings.ts'
import type { SlotHost } from './slot-host.ts'
import { SupervisorControl } from './supervisor-control.ts'
import { Slot } from './slot.ts'
import type { Ended, PrefixedOutput } from './worker-process.ts'
import { howEnded } from './worker-process.ts'
import { WorkerPlan } from './worker-plan.ts'

/** What shutdown hooks get at the least, and a moment to exit. ms */
const AFTER_DRAIN = 10_000

/** A process that stays: it starts workers, holds their sockets, and restarts them one after the other. */
export class Supervisor implements SlotHost {
  readonly logger: Logger
  readonly moves: Moves
  readonly patience: number
  readonly #settings: RunSettings
  readonly #plan: WorkerPlan
  readonly #slots: readonly Slot[]
  readonly #replacements: Replacements
  readonly #manager: ServiceManager
  readonly #control: SupervisorControl
  readonly #exit = defer<number>()
  /** By the key of their listener. */
  readonly #ticketKeys = new Map<string, string>()
  #memory: MemoryWatch | undefined
  readonly #rolls: Rolls
  #up = false
  #stopping = false

  /** @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` */
  constructor(settings: RunSettings) {
    const { logger, control, workers, crashLimit } = settings
    const own = readStartCommand()
    this.#settings = settings
    this.logger = logger
    this.patience = settings.stopTimeout + AFTER_DRAIN
    this.#plan = new WorkerPlan(settings, own)
    this.#manager = new ServiceManager(settings, own)
    this.#slots = Array.from({ length: workers }, (_, at) => new Slot(at + 1, this))
    this.moves = new Moves(this.#slots)
    for (const { sockets } of this.#slots) sockets.keep(this.#manager.listeners)
    this.#rolls = new Rolls(this.#slots, logger, {
      began: () => {
        this.#control.began()
        this.#manager.began()
      },
      over: (outcome) => {
        this.#control.over(outcome)
        this.#manager.over(outcome)
      },
    })
    this.#control = new SupervisorControl(
      {
        slots: this.#slots,
        rolls: this.#rolls,
        up: () => this.#up,
        stopping: () => this.#stopping,
        stop: () => this.stop(),
      },
      control === undefined ? undefined : resolve(own.cwd, control),
      logger,
    )
    this.#replacements = new Replacements(this.#slots, crashLimit, logger, (why) => this.#giveUp(why, 1))
  }

  /** @returns the exit code, when everything has ended */
  run(): Promise<number> {
    listenToSignals(
      { restart: ['SIGUSR2'], shutdown: ['SIGTERM', 'SIGINT'] },
      {
        restart: () => void this.restart(),
        shutdown: () => void this.stop(),
        exitAtOnce: () => void this.#endAtOnce(130),
      },
    )
    this.#slots[0]?.start()
    return this.#exit.promise
  }

  /** Restarts all slots, one after the other. */
  restart(): Promise<RollOutcome> {
    return this.#rolls.all()
  }

  /** Drains all workers, and ends. @returns the exit code, when all has ended */
  stop(): Promise<number> {
    if (!this.#stopping) void this.#stop()
    return this.#exit.promise
  }

  plan(slot: number, generation: number, listeners: readonly InheritedListener[]): Launch {
    return this.#plan.launch(slot, generation, listeners, this.#slots[0]?.sockets.anyPorts)
  }

  output(slot: number, generation: number): PrefixedOutput | undefined {
    return this.#plan.output(slot, generation)
  }

  async roll(slot: number): Promise<GenerationInfo | Failure> {
    const outcome = await this.restart()
    return 'slots' in outcome ? (outcome.slots[slot - 1] as GenerationInfo) : outcome
  }

  ticketKeys(key: string, keys: string): string {
    const shared = this.#ticketKeys.get(key) ?? keys
    this.#ticketKeys.set(key, shared)
    return shared
  }

  heard(slot: number, step: Step): void {
    this.#control.heard(slot, step)
  }

  inCharge(slot: Slot): void {
    if (this.#up) return
    const next = this.#slots.find(({ processes }) => processes.size === 0)
    if (next !== undefined) {
      next.sockets.share(slot.sockets, !this.#plan.reusePort)
      return void next.start()
    }
    if (this.#slots.some(({ current }) => current === undefined)) return
    this.#up = true
    this.logger.info(`${this.#slots.length} ${this.#slots.length === 1 ? 'worker serves' : 'workers serve'}`)
    // First: who finds the pid file finds that as well.
    this.#control.open()
    void this.#manager.announceUp()
    const { maxMemory } = this.#settings
    if (maxMemory !== undefined)
      this.#memory = new MemoryWatch(this.#slots, maxMemory, (...grown) => this.#shrink(...grown))
  }

  crashed(slot: Slot, ended: Ended, lived: number): void {
    const what = `slot ${slot.number} ${howEnded(ended)}`
    if (this.#up) this.#replacements.crashed(slot, what, lived)
    else this.#giveUp(`${what} before it served`, ended.code ?? 1)
  }

  notStarted(slot: Slot, error: unknown): void {
    const what = `slot ${slot.number}: could not start a process (${messageOf(error)})`
    if (this.#up) this.#replacements.notStarted(slot, what)
    else this.#giveUp(what, 1)
  }

  async #stop(): Promise<void> {
    this.#stopping = true
    this.logger.info('shutting down')
    this.#manager.announceStop()
    for (const { sockets } of this.#slots) sockets.closeAll()
    for (const slot of this.#slots) slot.stop('SIGTERM')
    const ended = this.#allEnded()
    if (!(await within(this.patience, ended))) {
      this.logger.error('workers did not end in time, and are killed.')
      return this.#endAtOnce(1)
    }
    this.#end(0)
  }

  async #shrink(slot: Slot, size: number): Promise<boolean> {
    const megabytes = Math.round(size / 1024 ** 2)
    this.logger.warn(`slot ${slot.number} has grown to ${megabytes} MB (maxMemory): restarting it`)
    return this.#rolls.one(slot)
  }

  #giveUp(why: string, code: number): void {
    this.logger.error(`${why}: giving up.`)
    this.#stopping = true
    void this.#endAtOnce(code)
  }

  async #endAtOnce(code: number): Promise<void> {
    this.#stopping = true
    for (const slot of this.#slots) slot.stop('SIGKILL')
    await this.#allEnded()
    this.#end(code)
  }

  #allEnded(): Promise<unknown> {
    return Promise.all(this.#slots.map((slot) => slot.ended()))
  }

  #end(code: number): void {
    this.#memory?.stop()
    for (const { sockets } of this.#slots) sockets.removeAll()
    this.#control.close()
    this.#manager.remove()
    this.#exit.resolve(code)
  }
}
