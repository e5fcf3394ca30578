import { isNativeHandle } from '../node/internals/handles.ts'
import type { Carrier } from './carrier.ts'

/** What goes over a lane, and which one that is. `message`: missing where the lane has ended. */
interface Parcel {
  readonly lane: string
  readonly message?: object
}

/**
 * Several carriers over one, each under a name that both ends know: a worker speaks with its supervisor, its predecessor and
 * its successor over the one channel that it was started with.
 */
export class Lanes {
  readonly #carrier: Carrier
  readonly #lanes = new Map<string, Lane>()

  constructor(carrier: Carrier) {
    this.#carrier = carrier
    carrier.onMessage((message, handle) => this.#receive(message, handle))
    carrier.onEnd(() => {
      for (const lane of this.#lanes.values()) lane.end()
    })
  }

  /** The one of this name. If the last one of that name has ended, it is a new one. */
  open(name: string): Carrier {
    const lane = new Lane(name, this.#carrier, () => this.#lanes.get(name) === lane && this.#lanes.delete(name))
    this.#lanes.set(name, lane)
    return lane
  }

  #receive(received: unknown, handle: unknown): void {
    const { lane: name, message } = (received ?? {}) as Partial<Parcel>
    const lane = name === undefined ? undefined : this.#lanes.get(name)
    if (lane === undefined) {
      if (isNativeHandle(handle)) handle.close()
    } else if (message === undefined) lane.end()
    else lane.receive(message, handle)
  }
}

class Lane implements Carrier {
  readonly #name: string
  readonly #carrier: Carrier
  readonly #forget: () => void
  readonly #messages: ((message: unknown, handle: unknown) => void)[] = []
  readonly #ends: (() => void)[] = []
  #open: boolean

  constructor(name: string, carrier: Carrier, forget: () => void) {
    this.#name = name
    this.#carrier = carrier
    this.#forget = forget
    this.#open = carrier.open
  }

  get open(): boolean {
    return this.#open && this.#carrier.open
  }

  send(message: object, handle?: object, sent?: () => void): void {
    if (this.open) this.#carrier.send({ lane: this.#name, message } satisfies Parcel, handle, sent)
  }

  onMessage(listener: (message: unknown, handle: unknown) => void): void {
    this.#messages.push(listener)
  }

  onEnd(listener: () => void): void {
    if (this.open) this.#ends.push(listener)
    else queueMicrotask(listener)
  }

  /** Ends this lane only. */
  close(): void {
    if (!this.open) return
    this.#carrier.send({ lane: this.#name } satisfies Parcel)
    this.end()
  }

  ref(): void {
    this.#carrier.ref()
  }

  unref(): void {
    this.#carrier.unref()
  }

  receive(message: object, handle: unknown): void {
    for (const listener of this.#messages) listener(message, handle)
  }

  end(): void {
    if (!this.#open) return
    this.#open = false
    this.#forget()
    for (const listener of this.#ends) listener()
  }
}
