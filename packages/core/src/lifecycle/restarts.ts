import type { GenerationInfo } from '../channel/messages.ts'
import { sayCommitted } from '../channel/peers.ts'
import { ZerodownError, messageOf } from '../errors.ts'
import { KINDS } from '../handover/kinds/kinds.ts'
import { thisPlatform, whyNoRestart } from '../process/platform.ts'
import { Attempt } from '../restart/attempt.ts'
import { planLaunch } from '../restart/launch.ts'
import { isInCharge } from '../restart/origin.ts'
import { PassedListeners } from '../restart/passed-listeners.ts'
import type { Successor } from '../restart/successor.ts'
import type { SuccessorStatus } from '../status.ts'
import type { Context } from './context.ts'
import { QueuedRestart } from './queued-restart.ts'

/** A successor that has taken over, and what was passed to it. */
export interface Taker {
  readonly successor: Successor
  readonly passed: PassedListeners
}

/** The restarts of this process: the one under way, and the one that is queued behind it. */
export class Restarts {
  readonly queued: QueuedRestart = new QueuedRestart()
  readonly #context: Context
  #attempt: Attempt | undefined
  /** What the successor is to inherit, while it is being started. */
  #passed: PassedListeners | undefined
  #aborted = false
  #over: Promise<unknown> = Promise.resolve()
  #taker: Taker | undefined

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Why there can be no restart now, not even one that is queued.
   * @param waitsFor what it waits for before it is ready; `undefined` where it is only a turn of the event loop
   */
  whyNot(waitsFor: string | undefined): ZerodownError | undefined {
    const { state, servers, origin } = this.#context
    const inCharge = isInCharge(origin)
    const never = this.#whyNever()
    if (never !== undefined) return new ZerodownError('ERR_ZERODOWN_UNSUPPORTED', `cannot restart: ${never}`)
    if (state.current === 'starting' && inCharge && waitsFor !== undefined) {
      return new ZerodownError('ERR_ZERODOWN_NOT_READY', `cannot restart before it is ready: it waits for ${waitsFor}.`)
    }
    if (state.current === 'serving' && inCharge && servers.listening.length === 0) {
      return new ZerodownError(
        'ERR_ZERODOWN_NOT_READY',
        'cannot restart: none of the servers of this process listens any more, so a successor could inherit nothing. ' +
          'Whatever has closed them, such as a listener to the same signal, must not.',
      )
    }
    if (state.current === 'stopped' || (state.current === 'draining' && this.#taker === undefined)) {
      return new ZerodownError('ERR_ZERODOWN_SHUTTING_DOWN', 'cannot restart: this process is shutting down.')
    }
    return undefined
  }

  /**
   * A trigger has come: begins a restart, now or when it is this slot's turn, queues it, or passes the trigger on.
   * @param waitsFor as for `whyNot()`
   */
  request(waitsFor: string | undefined, restart: () => Promise<GenerationInfo>): Promise<GenerationInfo> {
    const { origin, state } = this.#context
    if (origin.supervisor !== undefined) return origin.supervisor.roll()
    const refusal = this.whyNot(waitsFor)
    if (refusal !== undefined) return Promise.reject(refusal)
    if (state.current === 'draining' && this.#taker !== undefined) return this.#taker.successor.requestRestart()
    return state.current === 'serving' && isInCharge(origin) ? restart() : this.queued.add()
  }

  /** It is this slot's turn: begins a restart, unless there can be none. */
  begin(waitsFor: string | undefined, restart: () => Promise<GenerationInfo>): Promise<GenerationInfo> {
    const refusal = this.whyNot(waitsFor)
    return refusal === undefined ? restart() : Promise.reject(refusal)
  }

  /** Whether a successor is being started or is in its probation. */
  get attempting(): boolean {
    return this.#attempt !== undefined
  }

  /** Resolves when the last attempt is over, however it ends. */
  get over(): Promise<unknown> {
    return this.#over
  }

  /** The successor that is tried or has taken over, and how far it is. */
  get successor(): SuccessorStatus | undefined {
    const successor = this.#taker?.successor ?? this.#attempt?.successor
    return successor && { pid: successor.pid, generation: successor.generation, stage: successor.stage }
  }

  /** Who has taken over; `undefined` before the commit. */
  get taker(): Taker | undefined {
    return this.#taker
  }

  /**
   * Starts a successor, and gives it the listeners when its probation is over.
   * @throws why it failed; by then the successor has ended, and everything is as it was
   */
  async restart(): Promise<GenerationInfo> {
    this.#context.state.enter('restarting')
    try {
      const passed = new PassedListeners(this.#context.servers.listening)
      this.#passed = passed
      this.#attempt = this.#prepare(passed)
      const attempted = this.#attempt.run()
      this.#over = attempted.catch(() => {})
      const successor = await attempted
      if (this.#aborted) await this.#endLate(successor)
      return this.#commit({ successor, passed })
    } catch (error) {
      this.#rollBack(error)
      throw error
    } finally {
      this.#attempt = undefined
      this.#passed = undefined
    }
  }

  /** Gives up the restart under way, and the one that is queued. */
  abort(why: string): void {
    const reason = new ZerodownError('ERR_ZERODOWN_RESTART_ABORTED', `the restart was given up: ${why}.`)
    this.#aborted = true
    this.#attempt?.abort(reason)
    this.queued.cancel(reason)
  }

  /** This process exits: tells the successor to end as well. @returns its pid, if it runs */
  stopAtExit(): number | undefined {
    const pid = this.#attempt?.stop()
    this.#passed?.takeBack(false)
    return pid
  }

  /** Ends the successor at once. */
  kill(): void {
    this.#attempt?.kill()
  }

  #commit(taker: Taker): GenerationInfo {
    const { servers, settings, emit, control } = this.#context
    const { successor } = taker
    const { pid, generation } = successor
    this.#taker = taker
    successor.channel.answer('status-asked', () => control.own)
    for (const server of servers.open) server.giveUp()
    const outcome = successor.commit(this.queued.waits)
    if (outcome !== undefined) this.queued.run(() => outcome)
    sayCommitted()
    emit('committed', { pid, generation })
    settings.logger.info(`generation ${generation} (pid ${pid}) has taken over; draining`)
    return { pid, generation }
  }

  #rollBack(error: unknown): void {
    const { state, settings, emit } = this.#context
    this.#passed?.takeBack(!this.#aborted)
    if (error instanceof ZerodownError) emit('rolledBack', { error })
    settings.logger.error(messageOf(error))
    if (!this.#aborted) state.enter('serving')
  }

  /** Why no successor can ever take over from this process. */
  #whyNever(): string | undefined {
    const { servers, origin } = this.#context
    // It is the supervisor that stays.
    const never = origin.supervisor === undefined ? whyNoRestart(thisPlatform(origin.generation)) : undefined
    if (never !== undefined) return never
    const stuck = servers.listening.find((server) => server.listener === undefined)
    return stuck && `the socket of ${stuck.key} has no file descriptor that a successor could inherit.`
  }

  #prepare(passed: PassedListeners): Attempt {
    const { settings, origin, startSuccessor = origin.supervisor?.startSuccessor } = this.#context
    const generation = origin.generation + 1
    const { restore = {}, cwd, worker } = origin.inheritance ?? {}
    const passedOn = {
      generation,
      predecessor: process.pid,
      listeners: passed.listeners,
      restartSignals: settings.signals.restart,
      worker,
      kinds: KINDS.map(({ name }) => name),
    }
    const launch = planLaunch(origin.startCommand, settings.launch, passedOn, restore, cwd)
    const context = { ...this.#context, chain: origin.chain, start: startSuccessor }
    return new Attempt(launch, generation, passed.ticketKeys, context)
  }

  /** A shutdown came just before the commit: the successor must not take over any more. */
  async #endLate(successor: Successor): Promise<never> {
    await successor.terminate(this.#context.settings.drainTimeout)
    throw new ZerodownError('ERR_ZERODOWN_RESTART_ABORTED', 'the restart was given up: this process shuts down.')
  }
}
