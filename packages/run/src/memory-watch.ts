import { within } from '@zerodown/core/supervision'
import type { Slot } from './slot.ts'

/** How often to look. ms */
const PACE = 5000

/** How long a worker, which may hang, has to say how large it is. ms */
const PATIENCE = 1000

/** How long a slot is left alone whose restart has failed. ms */
const AFTER_FAILURE = 60_000

/** Restarts slots that have grown too large, one at a time. */
export class MemoryWatch {
  readonly #slots: readonly Slot[]
  readonly #limit: number
  readonly #restart: (slot: Slot, size: number) => Promise<boolean>
  readonly #leftAlone = new Map<Slot, number>()
  readonly #timer: NodeJS.Timeout
  #busy = false

  /**
   * @param limit bytes
   * @param restart @returns whether it is done
   */
  constructor(slots: readonly Slot[], limit: number, restart: (slot: Slot, size: number) => Promise<boolean>) {
    this.#slots = slots
    this.#limit = limit
    this.#restart = restart
    this.#timer = setInterval(() => void this.look(), PACE)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async look(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      for (const slot of this.#slots) await this.#lookAt(slot)
    } finally {
      this.#busy = false
    }
  }

  async #lookAt(slot: Slot): Promise<void> {
    if (performance.now() < (this.#leftAlone.get(slot) ?? 0)) return
    const asked = slot.memory()
    const size = (await within(PATIENCE, asked)) ? await asked : undefined
    if (size === undefined || size <= this.#limit) return
    if (!(await this.#restart(slot, size))) this.#leftAlone.set(slot, performance.now() + AFTER_FAILURE)
  }
}
