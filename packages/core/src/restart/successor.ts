import { setTimeout as wait } from 'node:timers/promises'
import type { ChannelToSuccessor } from '../channel/channel.ts'
import type { AcceptedKinds, GenerationInfo, TicketKeys } from '../channel/messages.ts'
import type { ZerodownErrorCode } from '../errors.ts'
import { ZerodownError } from '../errors.ts'
import type { Deferred } from '../node/deferred.ts'
import { defer } from '../node/deferred.ts'
import { within } from '../node/within.ts'
import type { StartedSuccessor } from './start-successor.ts'
import type { Stage } from './successor-error.ts'
import { successorError } from './successor-error.ts'
import type { SuccessorLife } from './successor-process.ts'

/** How long an exit may trail behind the end of the channel, so that it can be named as the cause. ms */
const EXIT_TRAILS = 1000

/** The successor as its predecessor sees it: a process that gets ready, survives its probation, and takes over. */
export class Successor {
  readonly generation: number
  /** Over it connections go as well. */
  readonly channel: ChannelToSuccessor
  readonly #process: SuccessorLife
  readonly #ready = defer<void>()
  readonly #failed = defer<never>()
  #requested: Deferred<GenerationInfo> | undefined
  #refusal: string | undefined
  /** The signal that ended it before its handlers were installed: Node cannot spawn a child with signals blocked. */
  endedUnheard: NodeJS.Signals | null = null
  #accepts: readonly AcceptedKinds[] = []
  #stage: Stage = 'starting'

  constructor({ process, channel }: StartedSuccessor, generation: number, ticketKeys: readonly TicketKeys[]) {
    this.generation = generation
    this.channel = channel
    this.#process = process
    this.#failed.promise.catch(() => {}) // It is awaited only while it matters.
    void process.ended.then((ended) => {
      if (ended instanceof Error) return this.#failed.reject(ended)
      if (!process.identified) this.endedUnheard = ended.signal
      // What a script has started beside the server may hold the channel.
      if (!process.livesBehind) this.#nobodyAnswers()
      this.#fail('ERR_ZERODOWN_SUCCESSOR_EXITED', ended.how)
    })
    void channel.ended.then(() => this.#channelEnded())
    this.#subscribe()
    if (ticketKeys.length > 0) channel.send({ type: 'ticket-keys', ticketKeys })
  }

  get pid(): number {
    return this.#process.pid
  }

  get stage(): Stage {
    return this.#stage
  }

  /** Which connections it takes. */
  get accepts(): readonly AcceptedKinds[] {
    return this.#accepts
  }

  /** Waits until the process runs. */
  async waitUntilLaunched(): Promise<void> {
    await Promise.race([this.#process.launched, this.#failed.promise])
  }

  /**
   * Waits until it is ready.
   * @throws {ZerodownError} `ERR_ZERODOWN_LAUNCH`, `ERR_ZERODOWN_SUCCESSOR_EXITED`, `ERR_ZERODOWN_SUCCESSOR_LOST` or
   *   `ERR_ZERODOWN_READY_TIMEOUT`; the signal's reason when it is aborted
   */
  async waitUntilReady(timeout: number, signal: AbortSignal): Promise<void> {
    if (await within(timeout, this.#raceWithFailure(this.#ready.promise, signal))) return
    throw this.#error('ERR_ZERODOWN_READY_TIMEOUT', `was not ready within ${timeout} ms (readyTimeout)`)
  }

  /** Waits for the end of its probation. @throws as `waitUntilReady()`, where it fails in that time */
  async waitOutProbation(probation: number, signal: AbortSignal): Promise<void> {
    await within(probation, this.#raceWithFailure(new Promise(() => {}), signal))
  }

  /**
   * Asks whether it still serves what it said: it may be alive, and have closed its servers or hang.
   * @param timeout for the answer, ms
   * @throws {ZerodownError} `ERR_ZERODOWN_SUCCESSOR_NOT_SERVING`, and as `waitOutProbation()`
   */
  async confirmServing(timeout: number, signal: AbortSignal): Promise<void> {
    const serving = this.channel.ask({ type: 'serving-asked' })
    // Where the channel has ended, that is the failure, a moment later.
    const answered = serving.then((notServed) => (notServed === undefined ? new Promise(() => {}) : notServed))
    if (!(await within(timeout, this.#raceWithFailure(answered, signal)))) {
      throw this.#error('ERR_ZERODOWN_SUCCESSOR_NOT_SERVING', `did not answer within ${timeout} ms`)
    }
    const notServed = (await serving) ?? ['anything']
    if (notServed.length === 0) return
    throw this.#error('ERR_ZERODOWN_SUCCESSOR_NOT_SERVING', `does not serve ${notServed.join(', ')} any more`)
  }

  /**
   * Gives it the listeners. From here on its end no longer concerns this process.
   * @param restart whether a trigger came meanwhile, so that it has to restart once more
   * @returns how that restart ends
   */
  commit(restart: boolean): Promise<GenerationInfo> | undefined {
    this.#stage = 'in charge'
    this.channel.send({ type: 'commit', restart })
    this.#process.unref()
    this.channel.unref()
    return restart ? this.#awaitRestart() : undefined
  }

  /** Passes on a trigger that came too late for this process. @returns how that restart ends */
  requestRestart(): Promise<GenerationInfo> {
    if (!this.channel.open) {
      return Promise.reject(this.#error('ERR_ZERODOWN_SUCCESSOR_LOST', 'cannot be reached any more'))
    }
    this.channel.send({ type: 'restart' })
    return this.#awaitRestart()
  }

  /** Tells it to end, at once, since this process ends as well. @returns its pid */
  stop(): number {
    if (this.#stage !== 'in charge') {
      this.channel.send({ type: 'ending' })
      this.#stop()
    }
    return this.pid
  }

  /** Ends it: TERM, then KILL after `grace` ms. Resolves when it is reaped. */
  async terminate(grace: number): Promise<void> {
    this.#stop()
    await this.#process.terminate(grace)
  }

  /** Ends it by SIGKILL. */
  kill(): void {
    if (this.#stage !== 'in charge') this.#process.kill()
  }

  #stop(): void {
    if (this.#process.stop() && !this.#process.identified) this.channel.send({ type: 'stop' })
  }

  /** Rejects as soon as the successor has failed, and with the signal's reason when that aborts. */
  async #raceWithFailure<T>(done: Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
    return Promise.race([done, this.#failed.promise, aborted])
  }

  #awaitRestart(): Promise<GenerationInfo> {
    this.#requested ??= defer()
    return this.#requested.promise
  }

  #subscribe(): void {
    const { channel } = this
    channel.on('hello', ({ pid }) => this.#process.identify(pid))
    channel.on('ready', ({ pid, accepts = [] }) => {
      this.#process.identify(pid)
      this.#accepts = accepts
      this.#stage = 'ready'
      this.#ready.resolve()
    })
    channel.on('leaving', ({ why }) => {
      if (this.#stage !== 'in charge') this.#fail('ERR_ZERODOWN_SUCCESSOR_NOT_SERVING', `is leaving (${why})`)
    })
    channel.on('refused', ({ message }) => void (this.#refusal = message))
    channel.on('restarted', ({ pid, generation }) => {
      this.#requested?.resolve({ pid, generation })
      this.#requested = undefined
    })
    channel.on('not-restarted', ({ message }) => {
      this.#requested?.reject(new ZerodownError('ERR_ZERODOWN_SUCCESSOR_REFUSED', message))
      this.#requested = undefined
    })
  }

  #nobodyAnswers(): void {
    this.channel.abandonQuestions()
    this.#requested?.reject(this.#error('ERR_ZERODOWN_SUCCESSOR_LOST', 'closed the channel before it had restarted'))
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
