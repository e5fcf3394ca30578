import type { Logger } from '@zerodown/core/supervision'
import { CrashPolicy } from './crash-policy.ts'
import type { CrashLimit } from './sizes.ts'
import type { Slot } from './slot.ts'

/** Starts processes in place of those that have crashed, until that is too often. */
export class Replacements {
  readonly #policies: ReadonlyMap<Slot, CrashPolicy>
  readonly #logger: Logger
  readonly #tooOften: (why: string) => void
  readonly #waiting = new Set<NodeJS.Timeout>()

  constructor(slots: readonly Slot[], limit: CrashLimit | undefined, logger: Logger, tooOften: (why: string) => void) {
    this.#policies = new Map(slots.map((slot) => [slot, new CrashPolicy(limit)]))
    this.#logger = logger
    this.#tooOften = tooOften
  }

  /** @param lived how long the process was in charge, ms */
  crashed(slot: Slot, what: string, lived: number): void {
    this.#startAgain(slot, what, this.#policies.get(slot)?.crashed(lived))
  }

  /** No process could be started. While other slots serve, that is no reason to end them: the program is not to blame. */
  notStarted(slot: Slot, what: string): void {
    const policy = this.#policies.get(slot)
    const othersServe = [...this.#policies.keys()].some(({ current }) => current !== undefined)
    this.#startAgain(slot, what, othersServe ? policy?.notStarted() : policy?.crashed(0))
  }

  /** Starts none any more. */
  stop(): void {
    for (const timer of this.#waiting) clearTimeout(timer)
  }

  #startAgain(slot: Slot, what: string, delay: number | undefined): void {
    if (delay === undefined) return this.#tooOften(`${what}, too often (crashLimit)`)
    this.#logger.error(`${what}; starting it again${delay > 0 ? ` in ${delay} ms` : ''}.`)
    const timer = setTimeout(() => {
      this.#waiting.delete(timer)
      slot.start()
    }, delay)
    this.#waiting.add(timer)
  }
}
