import { hearSuccessor } from '../channel/peers.ts'
import { messageOf } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { GenerationInfo, TicketKeys } from '../channel/messages.ts'
import type { Settings } from '../options/options.ts'
import type { MainPid } from '../process/main-pid/main-pid.ts'
import { restarting, rolledBack, serving, tookOver } from '../process/main-pid/status-line.ts'
import type { Chain } from './chain.ts'
import { PATIENCE } from './chain.ts'
import type { Launch } from './launch.ts'
import { startSuccessor } from './start-successor.ts'
import type { StartSuccessor } from './start-successor.ts'
import { Successor } from './successor.ts'

/** How long a successor that was never ready may take to end: its own signal handler needs some time. ms */
const GRACE = 5000

/** How long a successor may take to answer that it still serves: longer than on any busy machine. ms */
const ANSWER_TIMEOUT = 10_000

export interface AttemptContext {
  readonly settings: Settings
  readonly mainPid: Pick<MainPid, 'announce' | 'announceReload' | 'announceReloaded'>
  readonly emit: Emit
  /** The processes before this one. */
  readonly chain?: Chain | undefined
  /** In place of starting a child. */
  readonly start?: StartSuccessor | undefined
}

/** Tries once to get a successor as far as the commit. If it fails, everything is as it was. */
export class Attempt {
  readonly #launch: Launch
  readonly #generation: number
  readonly #ticketKeys: readonly TicketKeys[]
  readonly #context: AttemptContext
  readonly #abort = new AbortController()
  #successor: Successor | undefined

  constructor(launch: Launch, generation: number, ticketKeys: readonly TicketKeys[], context: AttemptContext) {
    this.#launch = launch
    this.#ticketKeys = ticketKeys
    this.#generation = generation
    this.#context = context
  }

  /**
   * @returns the successor: it is ready, its probation is over, and its pid is announced
   * @throws why it failed; by then the successor has ended
   */
  async run(): Promise<Successor> {
    const { emit, settings, chain, mainPid } = this.#context
    emit('restarting', { generation: this.#generation })
    void mainPid.announceReload(restarting(this.#generation - 1))
    const room = chain?.makeRoom(settings.maxGenerations, this.#abort.signal)
    if (room !== undefined) await this.#waitFor(room)
    for (;;) {
      try {
        return await this.#try()
      } catch (error) {
        const signal = this.#successor?.endedUnheard
        const { aborted } = this.#abort.signal
        if (!signal || !settings.signals.restart.includes(signal) || aborted) {
          if (!aborted) void mainPid.announceReloaded(rolledBack(this.#generation - 1, messageOf(error)))
          throw error
        }
        // `systemctl kill -s USR2` goes to every process of a unit, and goes on until it finds no new one.
        settings.logger.warn(
          `${signal} ended generation ${this.#generation} before it could hear it: starting it again.`,
        )
      }
    }
  }

  /** @param room whether there is room for one more process, once that is known */
  async #waitFor(room: Promise<boolean>): Promise<void> {
    const { emit, settings } = this.#context
    const { maxGenerations, logger } = settings
    emit('waiting', { generation: this.#generation, timeout: PATIENCE })
    logger.info(
      `maxGenerations: ${maxGenerations} processes of this service may live; waiting for the oldest to finish, for ${PATIENCE} ms at most.`,
    )
    const made = await room
    this.#abort.signal.throwIfAborted()
    if (made) return
    logger.warn(`maxGenerations: the oldest process has not ended; with this restart more than ${maxGenerations} live.`)
  }

  async #try(): Promise<Successor> {
    const { emit, settings, chain, start = startSuccessor } = this.#context
    const { signal } = this.#abort
    let grace = GRACE
    try {
      const successor = new Successor(start(this.#launch), this.#generation, this.#ticketKeys)
      this.#successor = successor
      hearSuccessor(successor.channel)
      chain?.follow(successor.channel)
      await successor.waitUntilLaunched()
      settings.logger.info(`restarting: generation ${this.#generation} is process ${successor.pid}`)
      emit('launched', infoOf(successor))
      await successor.waitUntilReady(settings.readyTimeout, signal)
      // From now on it may have requests to finish.
      grace = settings.drainTimeout + GRACE
      emit('probation', { ...infoOf(successor), duration: settings.probation })
      await successor.waitOutProbation(settings.probation, signal)
      await this.#confirmServing(successor)
      await this.#enter(successor)
      return successor
    } catch (error) {
      await this.#successor?.terminate(grace)
      throw error
    }
  }

  /** `undefined` until its process is started. */
  get successor(): Successor | undefined {
    return this.#successor
  }

  /** Gives the attempt up, because of `reason`. */
  abort(reason: Error): void {
    this.stop()
    this.#abort.abort(reason)
  }

  /**
   * Tells the successor to end, before this returns: this process may not live to see the next turn.
   * @returns its pid, if it runs
   */
  stop(): number | undefined {
    return this.#successor?.stop()
  }

  /** Ends the successor at once. */
  kill(): void {
    this.#successor?.kill()
  }

  async #confirmServing(successor: Successor): Promise<void> {
    const timeout = Math.min(ANSWER_TIMEOUT, this.#context.settings.readyTimeout)
    await successor.confirmServing(timeout, this.#abort.signal)
  }

  /** Announces the successor's pid; announces ours again if it dies, or stops to serve, meanwhile. */
  async #enter(successor: Successor): Promise<void> {
    const { mainPid } = this.#context
    try {
      await mainPid.announce(successor.pid, tookOver(this.#generation))
      await this.#confirmServing(successor)
    } catch (error) {
      await mainPid.announce(process.pid, serving(this.#generation - 1)).catch(() => {}) // It is the first error that counts.
      throw error
    }
  }
}

const infoOf = ({ pid, generation }: Successor): GenerationInfo => ({ pid, generation })
