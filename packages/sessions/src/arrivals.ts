import { within } from '@zerodown/core/kinds'

/** The questions to the predecessor for a session, and how each is answered. */
export class Arrivals {
  readonly #asked = new Map<string, { answered: Promise<void>; answer: () => void }>()
  readonly #ask: (key: string) => boolean
  readonly #patience: number

  /**
   * @param ask asks the predecessor. @returns whether there is one
   * @param patience how long an answer may take, ms
   */
  constructor(ask: (key: string) => boolean, patience: number) {
    this.#ask = ask
    this.#patience = patience
  }

  /** Asks for a session. @returns when it has come, or will not; `undefined`: there is nobody to ask */
  ask(key: string): Promise<void> | undefined {
    const before = this.#asked.get(key)
    // Each request asks, so that each can be forwarded if the session does not come soon.
    const isAsked = this.#ask(key)
    if (before !== undefined) return before.answered
    if (!isAsked) return undefined
    let answer = (): void => {}
    const came = new Promise<void>((resolve) => (answer = resolve))
    const answered = within(this.#patience, came).then(() => void this.#asked.delete(key))
    this.#asked.set(key, { answered, answer })
    return answered
  }

  /** It has come, or there is none. */
  settle(key: string): void {
    this.#asked.get(key)?.answer()
  }

  /** Nobody can answer any more. */
  settleAll(): void {
    for (const { answer } of this.#asked.values()) answer()
  }
}
