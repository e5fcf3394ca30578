import type { Socket } from 'node:net'
import { Deadline } from './deadline.ts'
import { FRAMES, flowing, writeFrame } from './frames.ts'
import { messageOf } from './message-of.ts'
import type { Awaitable, Entries } from './options.ts'
import { slicesOf } from './slices.ts'

/** Why not all was sent. */
export interface Incomplete {
  readonly text: string
  /** Whether the application has to mend it. */
  readonly isMistake: boolean
}

/** Sends entries over the pipe, as fast as the other side takes them. */
export class Sender {
  readonly #pipe: Socket
  readonly #most: number

  /** @param most how much it sends each time. bytes */
  constructor(pipe: Socket, most: number) {
    this.#pipe = pipe
    this.#most = most
  }

  /**
   * @param deadline when it has to stop
   * @returns `undefined`: all was sent
   */
  async send(
    entriesOf: () => Awaitable<Entries<unknown>>,
    deadline: Deadline = new Deadline(),
  ): Promise<Incomplete | undefined> {
    try {
      const entries = await deadline.wait(entriesOf())
      const why = typeof entries === 'string' ? deadline.late : await this.#sendSlices(entries, deadline)
      return why === undefined ? undefined : { text: why, isMistake: false }
    } catch (error) {
      return { text: messageOf(error), isMistake: true }
    }
  }

  async #sendSlices(entries: Entries<unknown>, deadline: Deadline): Promise<string | undefined> {
    const slices = slicesOf(entries)
    let sent = 0
    try {
      for (;;) {
        const slice = await deadline.wait(slices.next())
        if (this.#pipe.destroyed) return 'the successor has gone'
        if (typeof slice === 'string') return slice
        if (slice.done === true) return undefined
        sent += slice.value.bytes.length
        if (sent > this.#most) return `it is larger than ${this.#most} bytes (maxBytes)`
        if (writeFrame(this.#pipe, FRAMES.entries, slice.value.bytes)) continue
        await deadline.wait(flowing(this.#pipe))
      }
    } finally {
      // What is stuck in the application's iterator must not hold this up.
      slices.return().catch(() => {})
    }
  }
}
