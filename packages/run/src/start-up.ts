import type { Slot } from './slot.ts'

/** The start of all slots, one after the other. */
export class StartUp {
  readonly #slots: readonly Slot[]
  readonly #sharesSockets: boolean
  #over = false

  /** @param sharesSockets whether all slots accept on the same sockets */
  constructor(slots: readonly Slot[], sharesSockets: boolean) {
    this.#slots = slots
    this.#sharesSockets = sharesSockets
  }

  /** Whether all slots have served at the same time. */
  get over(): boolean {
    return this.#over
  }

  begin(): void {
    this.#slots[0]?.start()
  }

  /**
   * A process is in charge of that slot. It may have taken the place of one that has crashed, while a later slot starts.
   * @returns whether that has ended the start
   */
  served(slot: Slot): boolean {
    if (this.#over || this.#slots.some(({ begun, charge }) => begun && !charge.began)) return false
    const next = this.#slots.find(({ begun }) => !begun)
    next?.sockets.share(slot.sockets, this.#sharesSockets)
    next?.start()
    this.#over = next === undefined && this.#slots.every(({ current }) => current !== undefined)
    return this.#over
  }
}
