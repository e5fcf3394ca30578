import { logger, peers } from '@zerodown/core/kinds'
import { Giving } from './giving.ts'
import type { FromGiver, FromTaker } from './messages.ts'
import { PROTOCOL, whyNot } from './messages.ts'
import type { Carried, CarryOptions, Settings } from './options.ts'
import { settingsOf } from './options.ts'
import { Taking } from './taking.ts'

/** Those of this process, by name. */
const all = new Map<string, Carry>()

/** One state of this process: what it takes from the predecessor, and gives to the successor. */
export class Carry {
  /** What came from the predecessor. */
  readonly came: Promise<Carried | undefined>
  readonly #name: string
  readonly #settings: Settings
  readonly #peers: ReturnType<typeof peers>
  readonly #taking: Taking
  /** To the successor of the restart that is tried, or that has taken over. */
  #giving: Giving | undefined
  #committed = false
  /** Resolves when it is known whether the successor has it. */
  #known: Promise<void> | undefined

  /** @throws {ZerodownError} `ERR_ZERODOWN_OPTION` */
  constructor(name: string, options: CarryOptions<unknown>) {
    this.#name = name
    this.#settings = settingsOf(name, options)
    this.#replace()
    this.#taking = new Taking(name, this.#settings)
    this.came = this.#taking.came
    this.#peers = peers(`carry/${name}`, {
      fromPredecessor: (message, handle) => this.#taking.hear(message as FromGiver, handle),
      unknownToPredecessor: () => this.#taking.giveUp('it does not know this name', 'info'),
      predecessorGone: () => this.#taking.predecessorGone(),
      fromSuccessor: (message) => this.#asked(message as FromTaker),
      committed: () => this.#commit(),
      leaving: () => Promise.all([this.#giving?.finish(this.#taking.over), this.#known]),
      successorGone: () => this.#giving?.stop(),
    })
    const { version, maxBytes, timeout } = this.#settings
    const ask: FromTaker = { ask: PROTOCOL, version, maxBytes, timeout, token: this.#taking.token }
    if (!this.#peers.toPredecessor(ask)) this.#taking.nobodyThere()
  }

  #replace(): void {
    const last = all.get(this.#name)
    all.set(this.#name, this)
    if (last === undefined) return
    logger.warn(`carry '${this.#name}': this name was used before in this process; from now on the last call counts.`)
    last.#peers.end()
    last.#giving?.stop()
    last.#taking.giveUp('the name was used again', 'info')
  }

  #asked(ask: FromTaker): void {
    const refusal = whyNot(ask, this.#settings)
    if (refusal !== undefined) {
      this.#peers.toSuccessor({ refused: refusal } satisfies FromGiver)
      return
    }
    // The last one that asked is the one that lives: an attempt that failed may end later.
    this.#giving?.stop()
    this.#giving = new Giving(this.#name, this.#settings, ask, (message, handle) =>
      this.#peers.toSuccessor(message, handle),
    )
    // What is still on its way here goes along as well.
    this.#giving.begin(this.#taking.walked)
    if (this.#committed) this.#giving.commit()
  }

  #commit(): void {
    this.#committed = true
    this.#giving?.commit()
    this.#known = this.#warnIfUnknown()
  }

  async #warnIfUnknown(): Promise<void> {
    if ((await this.#peers.isInSuccessor()) !== false) return
    logger.warn(
      `carry '${this.#name}': the new release has nothing of that name, so what this process has is lost when it ends.`,
    )
  }
}
