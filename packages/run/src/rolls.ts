import type { Failure, GenerationInfo, Logger } from '@zerodown/core/supervision'
import { isFailure } from '@zerodown/core/supervision'
import type { Slot } from './slot.ts'
import { whatServes } from './what-serves.ts'

/** What a restart of all slots came to. */
export type RollOutcome = { readonly slots: readonly GenerationInfo[] } | RollFailure

/** `message` says which slot, why, and what that means for all of them. */
export interface RollFailure extends Failure {
  /** The one that could not be restarted, from 1. Those after it are as they were. */
  readonly slot: number
  /** The one that failed; `undefined` where none could be started. */
  readonly generation: number | undefined
  /** Those before it, with the new code. */
  readonly done: readonly GenerationInfo[]
}

export interface RollEvents {
  began(): void
  over(outcome: RollOutcome): void
}

/** Restarts slots, one after the other, whoever asks for it. */
export class Rolls {
  readonly #slots: readonly Slot[]
  readonly #logger: Logger
  readonly #told: RollEvents
  #last: Promise<unknown> = Promise.resolve()
  /** Asked for, and not begun. */
  #next: Promise<RollOutcome> | undefined
  #underWay = false

  /** @param told when a restart of all slots begins, and when it is over */
  constructor(slots: readonly Slot[], logger: Logger, told: RollEvents) {
    this.#slots = slots
    this.#logger = logger
    this.#told = told
  }

  /** Whether all slots are being restarted. */
  get underWay(): boolean {
    return this.#underWay
  }

  /** Whether that follows, once more. */
  get queued(): boolean {
    return this.#next !== undefined && this.#underWay
  }

  /** Restarts all slots. While that is under way one more follows, for all who ask meanwhile. */
  all(): Promise<RollOutcome> {
    this.#next ??= this.#inTurn(async () => {
      this.#next = undefined
      this.#underWay = true
      this.#told.began()
      const outcome = await this.#roll()
      this.#underWay = false
      this.#told.over(outcome)
      return outcome
    })
    return this.#next
  }

  /** Restarts one slot. @returns whether that is done */
  one(slot: Slot): Promise<boolean> {
    return this.#inTurn(async () => !isFailure(await slot.restart()))
  }

  async #roll(): Promise<RollOutcome> {
    const done: GenerationInfo[] = []
    for (const slot of this.#slots) {
      const { number, current } = slot
      const outcome = await slot.restart()
      if (isFailure(outcome)) {
        const message = this.#explain(number, outcome, done.length)
        this.#logger.error(message)
        return { code: outcome.code, message, slot: number, generation: current && current.generation + 1, done }
      }
      done.push(outcome)
    }
    this.#logger.info(`restarted ${done.length} ${done.length === 1 ? 'slot' : 'slots'}`)
    return { slots: done }
  }

  #explain(slot: number, { code, message }: Failure, done: number): string {
    const what = `the restart stopped at slot ${slot} of ${this.#slots.length}: ${message}`
    return code === 'ERR_ZERODOWN_SHUTTING_DOWN' ? what : `${what} ${whatServes(this.#slots, done)}`
  }

  #inTurn<Outcome>(restart: () => Promise<Outcome>): Promise<Outcome> {
    const turn = this.#last.then(restart)
    this.#last = turn.catch(() => {})
    return turn
  }
}
