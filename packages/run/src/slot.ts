import type {
  Deferred,
  Failure,
  GenerationInfo,
  InheritedListener,
  Launch,
  LaunchRequest,
  Logger,
  ZerodownErrorCode,
} from '@zerodown/core/supervision'
import { LANES, defer, isFailure, messageOf, relay, within } from '@zerodown/core/supervision'
import { HeldSockets } from './held-sockets.ts'
import type { Ended, PrefixedOutput } from './worker-process.ts'
import { WorkerProcess, howEnded } from './worker-process.ts'

/** How long a restart waits for a process that takes the place of a crashed one: as `readyTimeout` is by default. ms */
const REPLACED_WITHIN = 60_000

export interface SlotHost {
  readonly logger: Logger
  /** How to start a process of this slot that follows nobody. */
  plan(slot: number, generation: number, listeners: readonly InheritedListener[]): Launch
  /** Where its processes print; `undefined`: where the supervisor does. */
  output(slot: number, generation: number): PrefixedOutput | undefined
  /** A trigger came to a worker. */
  roll(slot: number): Promise<GenerationInfo | Failure>
  /** @returns the keys that all slots use for a listener */
  ticketKeys(key: string, keys: string): string
  /** A process is in charge of the slot. */
  inCharge(slot: Slot): void
  /** The process that was in charge has ended, and nobody follows it. @param lived how long it was in charge, ms */
  crashed(slot: Slot, ended: Ended, lived: number): void
}

/** One of several chains of generations of the same server. */
export class Slot {
  readonly number: number
  readonly sockets: HeldSockets = new HeldSockets()
  readonly #host: SlotHost
  readonly #processes = new Set<WorkerProcess>()
  #current: WorkerProcess | undefined
  /** The one to be in charge next, while nobody is. */
  #heir: WorkerProcess | undefined
  /** Resolves when somebody is in charge anew, or nobody will be. */
  #change: Deferred<void> = defer()
  #generation = 0
  #since = 0
  #stopping = false

  constructor(number: number, host: SlotHost) {
    this.number = number
    this.#host = host
  }

  /** The process in charge. */
  get current(): WorkerProcess | undefined {
    return this.#current
  }

  get processes(): ReadonlySet<WorkerProcess> {
    return this.#processes
  }

  /** Starts a process that follows nobody: the first one, or one in place of one that has crashed. */
  start(): void {
    const generation = this.#generation + 1
    try {
      const launch = this.#host.plan(this.number, generation, this.sockets.listeners)
      this.#heir = new WorkerProcess(launch, generation, this.#host.output(this.number, generation))
    } catch (error) {
      return this.#cannotStart(error)
    }
    this.#follow(this.#heir)
  }

  /** Restarts it, with a live handover. Where its process has crashed, that waits for the one that takes its place. */
  async restart(): Promise<GenerationInfo | Failure> {
    if (this.#current === undefined && !this.#stopping) await within(REPLACED_WITHIN, this.#change.promise)
    const { current } = this
    if (current === undefined && !this.#stopping)
      return failure('ERR_ZERODOWN_NOT_READY', 'no process is in charge of it.')
    const answer = await current?.channel.ask({ type: 'restart-slot' })
    if (answer && !isFailure(answer)) return answer
    if (this.#stopping) return failure('ERR_ZERODOWN_SHUTTING_DOWN', 'the supervisor is shutting down.')
    return (
      answer ?? failure('ERR_ZERODOWN_RESTART_ABORTED', 'the process in charge has ended before it had handed over.')
    )
  }

  /** The resident set of the process in charge, bytes; `undefined` where that does not answer. */
  async memory(): Promise<number | undefined> {
    return (await this.#current?.channel.ask({ type: 'memory' })) ?? undefined
  }

  /** Ends all of its processes: by SIGTERM they drain. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#stopping = true
    this.#change.resolve()
    for (const process of this.#processes) process.kill(signal)
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
    channel.on('dying', ({ message }) => void (process.reason = message))
    channel.on('in-charge', () => this.#putInCharge(process))
    channel.on('signal-successor', ({ signal }) => process.successor?.kill(signal))
    channel.answer('launch', ({ request }) => this.#launch(process, request))
    channel.answer('ticket-keys-shared', ({ key, keys }) => this.#host.ticketKeys(key, keys))
    channel.answer('roll', () => this.#host.roll(this.number))
    process.ended.then(
      (ended) => this.#ended(process, ended),
      (error: unknown) => this.#notStarted(process, error),
    )
  }

  #putInCharge(process: WorkerProcess): void {
    // Its end may be seen before what it has said last.
    const over = !this.#processes.has(process)
    if (over && this.#current === undefined) return
    this.#current = process
    this.#heir = undefined
    this.#since = performance.now()
    if (over) void process.ended.then((ended) => this.#ended(process, ended))
    else this.#host.inCharge(this)
    this.#change.resolve()
    this.#change = defer()
  }

  #launch(predecessor: WorkerProcess, request: LaunchRequest): { pid: number } | Failure {
    const fds = request.sockets.map((inode) => this.sockets.descriptorOf(inode))
    if (fds.includes(undefined)) {
      return failure('ERR_ZERODOWN_LAUNCH', 'the supervisor does not hold all of its sockets')
    }
    if (this.#stopping) return failure('ERR_ZERODOWN_SHUTTING_DOWN', 'the supervisor is shutting down')
    try {
      const generation = predecessor.generation + 1
      const output = this.#host.output(this.number, generation)
      const successor = new WorkerProcess({ ...request, fds: fds as number[] }, generation, output)
      predecessor.successor = successor
      relay(predecessor.lanes.open(request.lane), successor.lanes.open(LANES.predecessor))
      this.#follow(successor)
      if (successor.pid !== undefined) return { pid: successor.pid }
      return failure('ERR_ZERODOWN_LAUNCH', `could not start ${request.execPath}`)
    } catch (error) {
      return failure('ERR_ZERODOWN_LAUNCH', messageOf(error))
    }
  }

  #ended(process: WorkerProcess, ended: Ended): void {
    this.#processes.delete(process)
    for (const other of this.#processes) {
      if (other.successor !== process) continue
      other.successor = undefined
      other.channel.send({
        type: 'successor-ended',
        signal: ended.signal,
        how: howEnded({ ...ended, reason: undefined }),
      })
    }
    if (this.#stopping || (process !== this.#current && process !== this.#heir)) return
    const lived = process === this.#current ? performance.now() - this.#since : 0
    this.#current = undefined
    // One that it had started takes over, and says so.
    this.#heir = process.successor?.alive === true ? process.successor : undefined
    if (this.#heir === undefined) this.#host.crashed(this, ended, lived)
  }

  #notStarted(process: WorkerProcess, error: unknown): void {
    this.#processes.delete(process)
    if (process === this.#heir) this.#cannotStart(error)
    else this.#host.logger.error(`slot ${this.number}: could not start a process (${messageOf(error)}).`)
  }

  #cannotStart(error: unknown): void {
    this.#heir = undefined
    this.#host.logger.error(`slot ${this.number}: could not start a process (${messageOf(error)}).`)
    if (!this.#stopping) this.#host.crashed(this, { code: 1, signal: null }, 0)
  }
}

const failure = (code: ZerodownErrorCode, message: string): Failure => ({ code, message })
