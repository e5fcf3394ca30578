import type { Socket } from 'node:net'
import { firstCopy } from '../first-copy.ts'
import { within } from '../node/within.ts'

/** How long the other process may take to say whether it takes a pipe. ms */
const PATIENCE = 1000

/** What the other process says of a pipe that it was offered. */
export interface PipeAnswer {
  readonly pipe: number
  readonly taken: boolean
}

/** Pipes to another process, each for one request: `passOn()` here, `servePipe()` there. */
export class Pipes {
  readonly #offered: Map<number, (taken: boolean) => void> = new Map()
  #last = 0

  /**
   * Offers one. The other process has 1000 ms to take it.
   * @param offer sends a pipe under that number. @returns whether there is another process
   * @returns this end of it; `undefined`: the other process does not take it
   */
  async open(offer: (pipe: number, handle: object) => boolean): Promise<Socket | undefined> {
    const pair = await firstCopy.socketPair().catch(() => undefined)
    if (pair === undefined) return undefined
    const { here, there, sent } = pair
    here.on('error', () => {}) // Its 'close' tells.
    this.#last += 1
    const taken = offer(this.#last, there) && (await this.#isTaken(this.#last))
    sent()
    if (taken) return here
    here.destroy()
    return undefined
  }

  /** The other process says whether it takes one. */
  hear({ pipe, taken }: PipeAnswer): void {
    this.#offered.get(pipe)?.(taken)
  }

  /** Nothing can come from the other process any more. */
  end(): void {
    for (const answer of this.#offered.values()) answer(false)
  }

  async #isTaken(pipe: number): Promise<boolean> {
    const answered = new Promise<boolean>((resolve) => void this.#offered.set(pipe, resolve))
    const isKnown = await within(PATIENCE, answered)
    this.#offered.delete(pipe)
    return isKnown && answered
  }
}
