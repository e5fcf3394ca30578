import type { Logger } from '@zerodown/core/supervision'
import { defer, within } from '@zerodown/core/supervision'
import type { Slot } from './slot.ts'

/** What the end of all slots needs to know, and tells. */
export interface EndingHost {
  readonly slots: readonly Slot[]
  readonly logger: Logger
  /** How long workers may take to end. ms */
  patience(): number
  /** It begins. */
  began(): void
  /** Nothing is left. */
  over(): void
}

/** The end of all slots, and of the supervisor. */
export class Ending {
  readonly #host: EndingHost
  readonly #exit = defer<number>()
  #begun = false

  constructor(host: EndingHost) {
    this.#host = host
  }

  get begun(): boolean {
    return this.#begun
  }

  /** Resolves with the exit code, when everything has ended. */
  get exit(): Promise<number> {
    return this.#exit.promise
  }

  /** Drains all workers, and ends. */
  async drain(): Promise<void> {
    if (this.#begun) return
    this.#host.logger.info('shutting down')
    this.#begin()
    for (const slot of this.#host.slots) slot.stop('SIGTERM')
    this.#end((await this.#ended()) ? 0 : 1)
  }

  /** Ends with that code. Workers that serve drain, as they are not to blame. */
  async giveUp(why: string, code: number): Promise<void> {
    if (this.#begun) return
    this.#host.logger.error(`${why}: giving up.`)
    this.#begin()
    for (const slot of this.#host.slots) slot.stop('SIGTERM', 'SIGKILL')
    await this.#ended()
    this.#end(code)
  }

  async atOnce(code: number): Promise<void> {
    this.#begin()
    await this.#killAll()
    this.#end(code)
  }

  #begin(): void {
    if (!this.#begun) this.#host.began()
    this.#begun = true
  }

  /** @returns whether they have ended by themselves */
  async #ended(): Promise<boolean> {
    if (await within(this.#host.patience(), this.#allEnded())) return true
    this.#host.logger.error('workers did not end in time, and are killed.')
    await this.#killAll()
    return false
  }

  async #killAll(): Promise<void> {
    for (const slot of this.#host.slots) slot.stop('SIGKILL')
    await this.#allEnded()
  }

  #allEnded(): Promise<unknown> {
    return Promise.all(this.#host.slots.map((slot) => slot.ended()))
  }

  #end(code: number): void {
    this.#host.over()
    this.#exit.resolve(code)
  }
}
