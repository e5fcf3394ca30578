import { setTimeout as wait } from 'node:timers/promises'
import type { Deferred } from '../node/deferred.ts'
import { defer } from '../node/deferred.ts'
import type { ZerodownErrorCode } from '../errors.ts'
import { ZerodownError } from '../errors.ts'
import type { ConnectionChannel } from '../handover/channel.ts'
import { takesConnections } from '../handover/channel.ts'
import type { AcceptedKinds } from '../handover/payload.ts'
import type { TicketKeys } from '../handover/ticket-keys.ts'
import { SocketSender } from '../handover/send/socket-sender.ts'
import { within } from '../node/within.ts'
import type { Launch } from './launch.ts'
import type { FromPredecessor, FromSuccessor } from '../channel/messages.ts'
import { mark, unmark } from '../channel/messages.ts'
import type { Stage } from './successor-error.ts'
import { successorError } from './successor-error.ts'
import { SuccessorProcess } from './successor-process.ts'

/** One process of the chain, as others are told of it. */
export interface GenerationInfo {
  readonly pid: number
  readonly generation: number
}

/** How long an exit may trail behind the end of the channel, so that it can be named as the cause. ms */
const EXIT_TRAILS = 1000

/** The successor as its predecessor sees it: a child that gets ready, survives its probation, and takes over. */
export class Successor {
  readonly generation: number
  readonly #process: SuccessorProcess
  readonly #ready = defer<void>()
  readonly #failed = defer<never>()
  #serving = defer<readonly string[]>()
  #queued: Deferred<GenerationInfo> | undefined
  #refusal: string | undefined
  #endedUnheard: NodeJS.Signals | null = null
  #receivers: readonly AcceptedKinds[] = []
  readonly #sender: SocketSender
  #stage: Stage = 'starting'

  /** @throws {ZerodownError} `ERR_ZERODOWN_LAUNCH` */
  constructor(launch: Launch, generation: number, ticketKeys: readonly TicketKeys[]) {
    this.generation = generation
    this.#process = new SuccessorProcess(launch)
    const { child } = this.#process
    this.#sender = new SocketSender(child)
    this.#failed.promise.catch(() => {}) // It is awaited only while it matters.
    void this.#process.ended.then((ended) => {
      if (ended instanceof Error) return this.#failed.reject(ended)
      if (!this.#process.identified) this.#endedUnheard = ended.signal
      // What a script has started beside the server may hold the channel.
      if (!this.#process.livesBehind) this.#nobodyAnswers()
      this.#fail('ERR_ZERODOWN_SUCCESSOR_EXITED', ended.how)
    })
    child.on('message', (message) => this.#receive(unmark<FromSuccessor>(message)))
    child.once('disconnect', () => void this.#channelEnded())
    if (ticketKeys.length > 0) this.#send({ type: 'ticket-keys', ticketKeys })
  }

  get pid(): number {
    return this.#process.pid
  }

  /** The signal that ended it before it could listen to any: Node cannot start a process with signals blocked. */
  get endedUnheard(): NodeJS.Signals | null {
    return this.#endedUnheard
  }

  /** Waits until the process runs. */
  async launched(): Promise<void> {
    if (this.#process.child.pid === undefined) await this.#failed.promise
  }

  /**
   * Waits until it is ready.
   * @throws {ZerodownError} `ERR_ZERODOWN_LAUNCH`, `ERR_ZERODOWN_SUCCESSOR_EXITED`, `ERR_ZERODOWN_SUCCESSOR_LOST` or
   *   `ERR_ZERODOWN_READY_TIMEOUT`; the signal's reason when it is aborted
   */
  async ready(timeout: number, signal: AbortSignal): Promise<void> {
    if (await within(timeout, this.#raceWithFailure(this.#ready.promise, signal))) return
    throw this.#error('ERR_ZERODOWN_READY_TIMEOUT', `was not ready within ${timeout} ms (readyTimeout)`)
  }

  /** Waits for the end of its probation; its death in that time is thrown like that before ready. */
  async waitOutProbation(probation: number, signal: AbortSignal): Promise<void> {
    await within(probation, this.#raceWithFailure(new Promise(() => {}), signal))
  }

  /**
   * Asks whether it serves what it said that it serves: one that lives may have closed its servers, or hang.
   * @param timeout for the answer, ms
   * @throws {ZerodownError} `ERR_ZERODOWN_SUCCESSOR_NOT_SERVING`, and as `waitOutProbation()`
   */
  async confirmServing(timeout: number, signal: AbortSignal): Promise<void> {
    this.#serving = defer()
    this.#send({ type: 'serving-asked' })
    if (!(await within(timeout, this.#raceWithFailure(this.#serving.promise, signal)))) {
      throw this.#error('ERR_ZERODOWN_SUCCESSOR_NOT_SERVING', `did not answer within ${timeout} ms`)
    }
    const notServed = await this.#serving.promise
    if (notServed.length === 0) return
    throw this.#error('ERR_ZERODOWN_SUCCESSOR_NOT_SERVING', `does not serve ${notServed.join(', ')} any more`)
  }

  /**
   * From here on the listeners are its own, and its life no longer concerns this process.
   * @param restart whether it has to restart once more, as a trigger came meanwhile
   * @returns how that further restart ends
   */
  commit(restart: boolean): Promise<GenerationInfo> | undefined {
    this.#stage = 'in charge'
    this.#send({ type: 'commit', restart })
    this.#process.child.unref()
    this.#process.child.channel?.unref()
    return restart ? this.#awaitFurther() : undefined
  }

  /** Passes on a trigger that came too late for this process. */
  restart(): Promise<GenerationInfo> {
    if (!this.#process.child.connected) {
      return Promise.reject(this.#error('ERR_ZERODOWN_SUCCESSOR_LOST', 'cannot be reached any more'))
    }
    this.#send({ type: 'restart' })
    return this.#awaitFurther()
  }

  /** The way by which connections go to it. */
  get connections(): ConnectionChannel {
    return {
      open: () => this.#process.child.connected,
      takes: (listener, kind) => takesConnections(this.#receivers, listener, kind),
      sendCopies: (connections) => this.#sender.sendCopies(connections),
      prepare: () => this.#sender.prepare(),
      pass: (connections) => this.#sender.pass(connections),
    }
  }

  /** Tells it to end, at once. @returns its pid */
  stop(): number {
    if (this.#stage !== 'in charge') this.#process.stop()
    return this.pid
  }

  /** Ends it: TERM, then KILL after `grace` ms. Resolves when it is reaped. */
  end(grace: number): Promise<void> {
    return this.#process.end(grace)
  }

  /** Ends it without a chance to finish anything. */
  kill(): void {
    if (this.#stage !== 'in charge') this.#process.kill()
  }

  /** Rejects as soon as the successor has failed, and with the signal's reason when that aborts. */
  async #raceWithFailure<T>(done: Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
    return Promise.race([done, this.#failed.promise, aborted])
  }

  #awaitFurther(): Promise<GenerationInfo> {
    this.#queued ??= defer()
    return this.#queued.promise
  }

  #receive(message: FromSuccessor | undefined): void {
    if (message?.type === 'hello') {
      this.#process.identify(message.pid)
    } else if (message?.type === 'ready') {
      this.#process.identify(message.pid)
      this.#receivers = message.receivers ?? []
      this.#stage = 'ready'
      this.#ready.resolve()
    } else if (message?.type === 'connections') {
      this.#sender.answer(message.question, message.ids)
    } else if (message?.type === 'serving') {
      this.#serving.resolve(message.notServed)
    } else if (message?.type === 'leaving') {
      if (this.#stage !== 'in charge') this.#fail('ERR_ZERODOWN_SUCCESSOR_NOT_SERVING', `is leaving (${message.why})`)
    } else if (message?.type === 'refused') {
      this.#refusal = message.message
    } else if (message?.type === 'restarted') {
      this.#queued?.resolve({ pid: message.pid, generation: message.generation })
      this.#queued = undefined
    } else if (message?.type === 'not-restarted') {
      this.#queued?.reject(new ZerodownError('ERR_ZERODOWN_SUCCESSOR_REFUSED', message.message))
      this.#queued = undefined
    }
  }

  #send(message: FromPredecessor): void {
    if (this.#process.child.connected) this.#process.child.send(mark(message), () => {}) // Its death is told by its exit.
  }

  #nobodyAnswers(): void {
    this.#sender.giveUp()
    this.#queued?.reject(this.#error('ERR_ZERODOWN_SUCCESSOR_LOST', 'closed the channel before it had restarted'))
  }

  async #channelEnded(): Promise<void> {
    this.#nobodyAnswers()
    await Promise.race([this.#process.ended, wait(EXIT_TRAILS, undefined, { ref: false })])
    this.#fail('ERR_ZERODOWN_SUCCESSOR_LOST', 'closed the channel to this process')
  }

  #fail(code: ZerodownErrorCode, what: string): void {
    this.#failed.reject(this.#error(code, what))
  }

  #error(code: ZerodownErrorCode, what: string): ZerodownError {
    return successorError(code, what, this, this.#stage, this.#refusal)
  }
}
