import { setImmediate as nextTurn } from 'node:timers/promises'

/** Wakes a loop that looks at many things, each of which may be a reason to look again. */
export class WakeUp {
  #awaited = false
  #called = false
  #wake: (() => void) | undefined

  /** Whether the loop waits now. */
  get awaited(): boolean {
    return this.#awaited
  }

  /** Wakes the loop: there is a reason to look. */
  call(): void {
    this.#called = true
    this.#wake?.()
  }

  /** Resolves a turn of the event loop after a call, or after now, where one came since the last time. */
  async wait(): Promise<void> {
    this.#awaited = true
    if (!this.#called) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    await nextTurn()
    this.#awaited = false
    this.#called = false
  }
}
