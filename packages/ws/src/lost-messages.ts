import { logger } from '@zerodown/core/kinds'

/** Counts the messages of this process that reach no client, and has the log say so: the first ones at once, and the rest at the end. */
export class LostMessages {
  #unsaid = 0
  #said = false

  /** @param count those for which nobody is left */
  add(count: number): void {
    this.#unsaid += count
    if (!this.#said) this.#say()
  }

  /** @param count those that are not whole, or whose bytes were still waited for */
  end(count: number): void {
    this.#say()
    if (count > 0) logger.warn(`${lost(count)}: this process has ended before they were whole.`)
  }

  #say(): void {
    if (this.#unsaid === 0) return
    this.#said = true
    logger.warn(`${lost(this.#unsaid)}: the process that has the WebSockets has gone.`)
    this.#unsaid = 0
  }
}

const lost = (count: number): string => `messages for WebSockets that have moved are lost (${count})`
