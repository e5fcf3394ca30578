import { Channel } from '../../src/channel/channel.ts'
import type { ChannelToPredecessor, ChannelToSuccessor } from '../../src/channel/channel.ts'
import type { Carrier } from '../../src/channel/carrier.ts'

/** One end of a carrier in memory: what is sent arrives in order, a turn later, as after JSON. */
export class MemoryCarrier implements Carrier {
  open = true
  /** What keeps a process alive. */
  referenced = true
  readonly sent: unknown[] = []
  readonly #messages: ((message: unknown, handle: unknown) => void)[] = []
  readonly #ends: (() => void)[] = []
  #other: MemoryCarrier | undefined

  static pair(): [MemoryCarrier, MemoryCarrier] {
    const [one, other] = [new MemoryCarrier(), new MemoryCarrier()]
    one.#other = other
    other.#other = one
    return [one, other]
  }

  send(message: object, handle?: object, sent?: () => void): void {
    if (!this.open) return
    this.sent.push(message)
    const copy: unknown = JSON.parse(JSON.stringify(message))
    setImmediate(() => {
      this.#other?.deliver(copy, handle)
      sent?.()
    })
  }

  deliver(message: unknown, handle: unknown): void {
    for (const listener of this.#messages) listener(message, handle)
  }

  onMessage(listener: (message: unknown, handle: unknown) => void): void {
    this.#messages.push(listener)
  }

  onEnd(listener: () => void): void {
    this.#ends.push(listener)
  }

  close(): void {
    if (!this.open) return
    this.open = false
    // Behind what was sent.
    setImmediate(() => {
      this.#ends.forEach((listener) => listener())
      this.#other?.close()
    })
  }

  ref(): void {
    this.referenced = true
  }

  unref(): void {
    this.referenced = false
  }
}

export interface Ends {
  /** The predecessor's end. */
  toSuccessor: ChannelToSuccessor
  /** The successor's end. */
  toPredecessor: ChannelToPredecessor
  /** Below them, in the same order. */
  carriers: [MemoryCarrier, MemoryCarrier]
}

/** Both ends of a channel in memory. */
export function channelInMemory(): Ends {
  const carriers = MemoryCarrier.pair()
  return { toSuccessor: new Channel(carriers[0]), toPredecessor: new Channel(carriers[1]), carriers }
}

/** Resolves when all that was sent so far has arrived, and its answers, too. */
export async function arrived(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
