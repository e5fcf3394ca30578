import type { Failure, GenerationInfo, Logger } from '@zerodown/core/supervision'
import { isFailure } from '@zerodown/core/supervision'
import type { Slot } from './slot.ts'

/** What a restart of all slots came to. */
export type RollOutcome = { readonly slots: readonly GenerationInfo[] } | (Failure & { readonly slot: number })

export interface RollEvents {
  began(): void
  over(): void
}

/** Restarts slots, one after the other, whoever asks for it. */
export class Rolls {
  readonly #slots: readonly Slot[]
  readonly #logger: Logger
  readonly #told: RollEvents
  #last: Promise<unknown> = Promise.resolve()
  #rolling = false
  #next: Promise<RollOutcome> | undefined

  /** @param told when a restart of all slots begins, and when it is over */
  constructor(slots: readonly Slot[], logger: Logger, told: RollEvents) {
    this.#slots = slots
    this.#logger = logger
    this.#told = told
  }

  /** Restarts all slots. While that is under way one more follows, for all who ask meanwhile. */
  all(): Promise<RollOutcome> {
    if (this.#next !== undefined) return this.#next
    const roll = this.#inTurn(() => {
      this.#next = undefined
      return this.#roll()
    })
    if (this.#rolling) this.#next = roll
    this.#rolling = true
    return roll
  }

  /** Restarts one slot. @returns whether that is done */
  one(slot: Slot): Promise<boolean> {
    return this.#inTurn(async () => !isFailure(await slot.restart()))
  }

  async #roll(): Promise<RollOutcome> {
    this.#told.began()
    const done: GenerationInfo[] = []
    let failed: (Failure & { slot: number }) | undefined
    for (const slot of this.#slots) {
      const outcome = await slot.restart()
      if (isFailure(outcome)) {
        failed = { ...outcome, slot: slot.number }
        break
      }
      done.push(outcome)
    }
    this.#rolling = this.#next !== undefined
    this.#told.over()
    if (failed === undefined) this.#logger.info(`restarted ${done.length} slots`)
    else this.#logger.error(this.#explain(failed, done.length))
    return failed ?? { slots: done }
  }

  #explain({ slot, message }: Failure & { slot: number }, done: number): string {
    const state = done === 0 ? 'All slots' : `Slots 1 to ${done} have the new code; the others`
    return `the restart stopped at slot ${slot} of ${this.#slots.length}: ${message} ${state} serve on as before.`
  }

  #inTurn<Outcome>(restart: () => Promise<Outcome>): Promise<Outcome> {
    const turn = this.#last.then(restart)
    this.#last = turn.catch(() => {})
    return turn
  }
}
