import type {
  Failure,
  GenerationInfo,
  InheritedListener,
  Launch,
  Logger,
  StartCommand,
} from '@zerodown/core/supervision'
import {
  MainPid,
  defer,
  listenToSignals,
  messageOf,
  planLaunch,
  readStartCommand,
  within,
} from '@zerodown/core/supervision'
import { ControlSocket } from './control-socket.ts'
import { MemoryWatch } from './memory-watch.ts'
import { Replacements } from './replacements.ts'
import type { RollOutcome } from './rolls.ts'
import { Rolls } from './rolls.ts'
import type { RunSettings } from './settings.ts'
import type { SlotHost } from './slot.ts'
import { Slot } from './slot.ts'
import { Output } from './output.ts'
import { hasReusePort } from './reuse-port.ts'
import type { Ended, PrefixedOutput } from './worker-process.ts'
import { howEnded } from './worker-process.ts'

/** What shutdown hooks get at the least, and a moment to exit. ms */
const AFTER_DRAIN = 10_000

/** A process that stays: it starts workers, holds their sockets, and restarts them one after the other. */
export class Supervisor implements SlotHost {
  readonly logger: Logger
  readonly patience: number
  readonly #settings: RunSettings
  readonly #command: StartCommand
  readonly #slots: readonly Slot[]
  readonly #replacements: Replacements
  readonly #mainPid: MainPid
  readonly #control: ControlSocket | undefined
  readonly #exit = defer<number>()
  /** By the key of their listener. */
  readonly #ticketKeys = new Map<string, string>()
  readonly #reusePort: boolean
  readonly #output: Omit<PrefixedOutput, 'prefix'> | undefined
  #memory: MemoryWatch | undefined
  readonly #rolls: Rolls
  #up = false
  #stopping = false

  /** @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` */
  constructor(settings: RunSettings) {
    const { logger, pidFile, control, args, env, workers, crashLimit, prefix } = settings
    const own = readStartCommand()
    const inherited = Object.entries(own.env).filter(([name]) => name !== 'NOTIFY_SOCKET')
    this.#settings = settings
    this.logger = logger
    this.patience = settings.stopTimeout + AFTER_DRAIN
    this.#command = { argv0: own.argv0, args, env: { ...Object.fromEntries(inherited), ...env }, cwd: own.cwd }
    this.#mainPid = new MainPid({ pidFile, logger }, own.cwd)
    this.#slots = Array.from({ length: workers }, (_, at) => new Slot(at + 1, this))
    this.#reusePort = workers > 1 && hasReusePort()
    this.#output = prefix ? { stdout: new Output(process.stdout), stderr: new Output(process.stderr) } : undefined
    this.#rolls = new Rolls(this.#slots, logger, {
      began: () => void this.#mainPid.announceReload(),
      over: () => void this.#mainPid.announceReloaded(),
    })
    this.#control = control === undefined ? undefined : new ControlSocket(control, workers, () => this.restart())
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

  /** Drains all workers, and ends. */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    this.logger.info('shutting down')
    void this.#mainPid.announceStop()
    for (const slot of this.#slots) slot.stop('SIGTERM')
    const ended = this.#allEnded()
    if (!(await within(this.patience, ended))) {
      this.logger.error('workers did not end in time, and are killed.')
      return this.#endAtOnce(1)
    }
    this.#end(0)
  }

  plan(slot: number, generation: number, listeners: readonly InheritedListener[]): Launch {
    const reusePort = this.#reusePort
    const ports = reusePort ? this.#slots[0]?.sockets.anyPorts : undefined
    const { prefix } = this.#settings
    const worker = { slot, slots: this.#slots.length, supervisor: process.pid, reusePort, ports, piped: prefix }
    return planLaunch(this.#command, {}, { generation, listeners, restartSignals: ['SIGUSR2'], worker }, {})
  }

  output(slot: number, generation: number): PrefixedOutput | undefined {
    return this.#output && { ...this.#output, prefix: `[${slot}.${generation}] ` }
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

  inCharge(slot: Slot): void {
    if (this.#up) return
    const next = this.#slots.find(({ processes }) => processes.size === 0)
    if (next !== undefined) {
      next.sockets.share(slot.sockets, !this.#reusePort)
      return void next.start()
    }
    if (this.#slots.some(({ current }) => current === undefined)) return
    this.#up = true
    this.logger.info(`${this.#slots.length} ${this.#slots.length === 1 ? 'worker serves' : 'workers serve'}`)
    void this.#announce()
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

  /** The control socket first: who finds the pid file finds that as well. */
  async #announce(): Promise<void> {
    await this.#control?.open(this.logger)
    if (!this.#stopping) await this.#mainPid.announceSelf()
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
    this.#control?.close()
    this.#mainPid.remove()
    this.#exit.resolve(code)
  }
}
