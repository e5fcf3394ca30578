import type { Failure, GenerationInfo, LaunchRequest, Step } from '@zerodown/core/supervision'
import { messageOf, within } from '@zerodown/core/supervision'
import { Charge } from './charge.ts'
import { failure } from './failure.ts'
import { Heir } from './heir.ts'
import { HeldSockets } from './held-sockets.ts'
import { restartSlot } from './restart-slot.ts'
import type { SlotHost } from './slot-host.ts'
import { launched, startSuccessor } from './start-successor.ts'
import { unlessItHangs } from './unless-it-hangs.ts'
import type { Ended } from './worker-process.ts'
import { UNREACHABLE, WorkerProcess, howEnded, notReady } from './worker-process.ts'

/** How long an exit may trail behind the end of the channel. ms */
const EXIT_TRAILS = 1000

/** One of several chains of generations of the same server. */
export class Slot {
  readonly number: number
  readonly sockets: HeldSockets = new HeldSockets()
  readonly charge: Charge
  readonly #host: SlotHost
  readonly #processes = new Set<WorkerProcess>()
  readonly #heir: Heir = new Heir((process, timeout) => void this.#giveUp(process, notReady(timeout)))
  #generation = 0
  #stopping = false

  constructor(number: number, host: SlotHost) {
    this.number = number
    this.charge = new Charge(host.readyTimeout)
    this.#host = host
  }

  /** The process in charge. */
  get current(): WorkerProcess | undefined {
    return this.charge.holder
  }

  /** Whether all of its processes are to end. */
  get stopping(): boolean {
    return this.#stopping
  }

  /** Whether it was ever started. */
  get begun(): boolean {
    return this.#generation > 0
  }

  get processes(): ReadonlySet<WorkerProcess> {
    return this.#processes
  }

  /** Starts a process that follows nobody: the first one, or one in place of one that has crashed. */
  start(): void {
    if (this.#stopping) return
    const generation = this.#generation + 1
    try {
      const launch = this.#host.plan(this.number, generation, this.sockets.listeners)
      const process = new WorkerProcess(launch, generation, this.#host.output(this.number, generation))
      this.#heir.put(process, this.#host.readyTimeout)
      this.#follow(process)
    } catch (error) {
      this.#notStarted(error)
    }
  }

  /** Restarts it, with a live handover. */
  restart(): Promise<GenerationInfo | Failure> {
    return restartSlot(this, this.#host)
  }

  /** The resident set of the process in charge, bytes; `undefined` where that does not answer. */
  async memory(): Promise<number | undefined> {
    return (await this.current?.channel.ask({ type: 'memory' })) ?? undefined
  }

  /**
   * Ends all of its processes: by SIGTERM they drain.
   * @param unserved for those that have never been in charge, where it is another one
   */
  stop(signal: NodeJS.Signals, unserved: NodeJS.Signals = signal): void {
    this.#stopping = true
    this.charge.end()
    this.#heir.clear()
    for (const process of this.#processes) process.kill(process.served ? signal : unserved)
  }

  /** Resolves when none of its processes is left. */
  async ended(): Promise<void> {
    while (this.#processes.size > 0) await Promise.allSettled([...this.#processes].map(({ ended }) => ended))
  }

  #follow(process: WorkerProcess): void {
    this.#generation = Math.max(this.#generation, process.generation)
    this.#processes.add(process)
    const { channel } = process
    channel.on('listens', ({ listener }, handle) => this.sockets.add(listener, handle))
    channel.on('closed', ({ inode }) => this.sockets.remove(inode))
    channel.on('step', ({ step }) => this.#heard(process, step as Step))
    channel.on('times', (times) => this.#heir.retime(process, (process.times = times).readyTimeout))
    channel.on('in-charge', () => this.#putInCharge(process))
    this.#host.moves.follow(this, process)
    channel.answer('launch', ({ request }) => this.#launch(process, request))
    channel.answer('ticket-keys-shared', ({ key, keys }) => this.#host.ticketKeys(key, keys))
    channel.answer('roll', () => this.#host.roll(this.number))
    process.ended.then(
      (ended) => this.#ended(process, ended),
      (error: unknown) => this.#notStarted(error, process),
    )
    void channel.ended.then(() => this.#channelEnded(process))
  }

  #putInCharge(process: WorkerProcess): void {
    // Its end may be seen before what it has said last.
    const over = !this.#processes.has(process)
    if (process.givenUp || (over && this.current === undefined)) return
    process.served = true
    this.charge.give(process)
    this.#heir.clear()
    if (over) void process.ended.then((ended) => this.#ended(process, ended))
    else this.#host.inCharge(this)
  }

  #launch(predecessor: WorkerProcess, request: LaunchRequest): { pid: number } | Failure | Promise<Failure> {
    if (this.#stopping) return failure('ERR_ZERODOWN_SHUTTING_DOWN', 'the supervisor is shutting down')
    try {
      this.#host.checkStart(request.cwd)
      const output = this.#host.output(this.number, predecessor.generation + 1)
      const successor = startSuccessor(predecessor, request, this.sockets, output)
      this.#follow(successor)
      return launched(successor)
    } catch (error) {
      return failure('ERR_ZERODOWN_LAUNCH', messageOf(error))
    }
  }

  #ended(process: WorkerProcess, ended: Ended): void {
    this.#processes.delete(process)
    const how = howEnded({ ...ended, reason: undefined })
    for (const other of [...this.#processes].filter(({ successor }) => successor === process)) {
      other.successor = undefined
      other.lost = ended
      this.#checkHandedOver(other)
      other.channel.send({ type: 'successor-ended', signal: ended.signal, how })
    }
    this.#without(process, ended)
  }

  #heard(process: WorkerProcess, step: Step): void {
    this.#host.heard(this.number, step)
    if (step.event !== 'committed') return
    process.committed = true
    void unlessItHangs(this.number, process, this.#host, process.ended)
    this.#checkHandedOver(process)
  }

  /** Who has handed over to one that ended before it could say so accepts no more, however long it drains. */
  #checkHandedOver(process: WorkerProcess): void {
    if (process.committed && process.lost !== undefined) this.#without(process, process.lost, 0)
  }

  /** If it lives, it has closed the descriptor. */
  async #channelEnded(process: WorkerProcess): Promise<void> {
    const over = process.ended.catch(() => {})
    if ((await within(EXIT_TRAILS, over)) || !process.alive || this.#stopping) return
    await this.#giveUp(process, UNREACHABLE)
  }

  /** Ends a process that lives, and has another one take its place. */
  async #giveUp(process: WorkerProcess, why: Ended): Promise<void> {
    process.givenUp = true
    process.kill('SIGTERM')
    this.#without(process, why)
    const over = process.ended.catch(() => {})
    if (!(await within(this.#host.patience(process), over))) process.kill('SIGKILL')
  }

  /** If it was in charge, it is no more. */
  #without(process: WorkerProcess, ended: Ended, lived = process === this.current ? this.charge.lasted : 0): void {
    if (this.#stopping || (process !== this.current && process !== this.#heir.process)) return
    this.charge.takeAway()
    // One that it had started takes over, and says so.
    this.#heir.clear()
    if (process.successor?.alive === true) this.#heir.put(process.successor, this.#host.readyTimeout)
    else this.#host.crashed(this, ended, lived)
  }

  /** @param process `undefined`: there could not even be one. Of a successor, its predecessor is told */
  #notStarted(error: unknown, process?: WorkerProcess): void {
    if (process !== undefined) this.#processes.delete(process)
    if (process !== this.#heir.process) return
    this.#heir.clear()
    if (!this.#stopping) this.#host.notStarted(this, error)
  }
}
