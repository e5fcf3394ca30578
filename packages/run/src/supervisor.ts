import { resolve } from 'node:path'
import type { Failure, GenerationInfo, InheritedListener, Launch, Logger, Step } from '@zerodown/core/supervision'
import { STOP_SIGNALS, listenToSignals, messageOf, readStartCommand } from '@zerodown/core/supervision'
import { Ending } from './ending.ts'
import { checkEnvFiles } from './env-files.ts'
import { MemoryWatch } from './memory-watch.ts'
import { Moves } from './moves.ts'
import { Replacements } from './replacements.ts'
import type { RollOutcome } from './rolls.ts'
import { Rolls } from './rolls.ts'
import { ServiceManager } from './service-manager.ts'
import type { RunSettings } from './settings.ts'
import type { SlotHost } from './slot-host.ts'
import { Slot } from './slot.ts'
import { StartUp } from './start-up.ts'
import { SupervisorControl } from './supervisor-control.ts'
import type { Ended, PrefixedOutput, WorkerProcess } from './worker-process.ts'
import { howEnded } from './worker-process.ts'
import { WorkerPlan } from './worker-plan.ts'

/** What shutdown hooks get at the least, and a moment to exit. ms */
const AFTER_DRAIN = 10_000

/** A process that stays: it starts workers, holds their sockets, and restarts them one after the other. */
export class Supervisor implements SlotHost {
  readonly logger: Logger
  readonly moves: Moves
  readonly readyTimeout: number
  readonly #settings: RunSettings
  readonly #plan: WorkerPlan
  readonly #slots: readonly Slot[]
  readonly #replacements: Replacements
  readonly #manager: ServiceManager
  readonly #control: SupervisorControl
  readonly #startUp: StartUp
  readonly #ending: Ending
  /** By the key of their listener. */
  readonly #ticketKeys = new Map<string, string>()
  #memory: MemoryWatch | undefined
  readonly #rolls: Rolls

  /** @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` */
  constructor(settings: RunSettings) {
    const { logger, control, workers, crashLimit } = settings
    const own = readStartCommand()
    this.#settings = settings
    this.logger = logger
    this.readyTimeout = settings.readyTimeout
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
        up: () => this.#startUp.over,
        stopping: () => this.#ending.begun,
        stop: () => this.stop().then(() => this.#ending.why),
      },
      control === undefined ? undefined : resolve(own.cwd, control),
      logger,
    )
    this.#startUp = new StartUp(this.#slots, !this.#plan.reusePort)
    this.#replacements = new Replacements(this.#slots, crashLimit, logger, (why) => void this.#ending.giveUp(why, 1))
    this.#ending = new Ending({
      slots: this.#slots,
      logger,
      patience: (process) => this.patience(process),
      began: () => this.#endBegan(),
      over: () => this.#endIsOver(),
    })
  }

  /** @returns the exit code, when everything has ended */
  run(): Promise<number> {
    listenToSignals(
      { restart: ['SIGUSR2'], shutdown: STOP_SIGNALS },
      {
        restart: () => void this.restart(),
        shutdown: () => void this.stop(),
        exitAtOnce: () => void this.#ending.atOnce(130),
      },
    )
    this.#startUp.begin()
    return this.#ending.exit
  }

  /** Restarts all slots, one after the other. */
  restart(): Promise<RollOutcome> {
    return this.#rolls.all()
  }

  /** Drains all workers, and ends. @returns the exit code, when all has ended */
  stop(): Promise<number> {
    void this.#ending.drain()
    return this.#ending.exit
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
    if (!this.#startUp.served(slot)) return
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
    if (slot.charge.began) this.#replacements.crashed(slot, what, lived)
    else void this.#ending.giveUp(ended.how === undefined ? `${what} before it served` : what, ended.code ?? 1)
  }

  hangs(slot: number, { generation }: WorkerProcess, time: number): void {
    const limit = `${time} ms (readyTimeout)`
    this.logger.error(`slot ${slot}: generation ${generation} has not answered within ${limit}, and is killed.`)
  }

  patience({ times = this.#settings }: WorkerProcess): number {
    return times.stopTimeout + AFTER_DRAIN
  }

  checkStart(folder: string): void {
    checkEnvFiles(this.#settings.envFiles, folder)
  }

  notStarted(slot: Slot, error: unknown): void {
    const what = `slot ${slot.number}: could not start a process (${messageOf(error)})`
    if (slot.charge.began) this.#replacements.notStarted(slot, what)
    else void this.#ending.giveUp(what, 1)
  }

  async #shrink(slot: Slot, size: number): Promise<boolean> {
    const megabytes = Math.round(size / 1024 ** 2)
    this.logger.warn(`slot ${slot.number} has grown to ${megabytes} MB (maxMemory): restarting it`)
    return this.#rolls.one(slot)
  }

  #endBegan(): void {
    this.#replacements.stop()
    this.#manager.announceStop()
    for (const { sockets } of this.#slots) sockets.closeAll()
  }

  #endIsOver(): void {
    this.#memory?.stop()
    for (const { sockets } of this.#slots) sockets.removeAll()
    this.#control.close()
    this.#manager.remove()
  }
}
