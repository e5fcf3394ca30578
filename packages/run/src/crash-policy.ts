import type { CrashLimit } from './sizes.ts'

/** How long to wait before the first crashed process is replaced; each further one doubles it. ms */
const FIRST_DELAY = 100
export const LONGEST_DELAY = 10_000

/** One that lived for so long does not crash at its start: its crash has nothing to do with those before. ms */
const HEALTHY = 10_000

/** Decides what follows on the crashes of one slot. */
export class CrashPolicy {
  readonly #limit: CrashLimit | undefined
  /** When they were. ms */
  #crashes: number[] = []
  #delay = 0

  constructor(limit: CrashLimit | undefined) {
    this.#limit = limit
  }

  /**
   * @param lived how long it was in charge. ms
   * @returns how long to wait before it is replaced, ms; `undefined`: it has crashed too often
   */
  crashed(lived: number, now: number = performance.now()): number | undefined {
    const { crashes = Infinity, within = 0 } = this.#limit ?? {}
    this.#crashes = [...this.#crashes.filter((then) => now - then < within), now]
    if (this.#crashes.length >= crashes) return undefined
    this.#delay = lived >= HEALTHY ? 0 : this.#longer
    return this.#delay
  }

  /** There could be no process, for a reason that is not the program's: it does not count. @returns how long to wait, ms */
  notStarted(): number {
    this.#delay = this.#longer
    return this.#delay
  }

  get #longer(): number {
    return Math.min(LONGEST_DELAY, Math.max(FIRST_DELAY, 2 * this.#delay))
  }
}
