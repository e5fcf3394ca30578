import { Blob } from 'node:buffer'

/** A call of a method of a WebSocket. */
export interface Call {
  readonly method: 'send' | 'ping' | 'pong' | 'close' | 'terminate'
  readonly data: unknown
  /** The other arguments, but for the callback. */
  readonly rest: readonly unknown[]
  readonly callback: ((error?: Error) => void) | undefined
}

/**
 * Delivers calls in the order in which they came, although the bytes of a `Blob` have to be waited for, and a message in fragments
 * goes when it is whole: one of the new process between them would end the connection (RFC 6455, 5.4).
 */
export class Outbox {
  readonly #deliver: (call: Call) => void
  /** Of a message that is not whole. */
  readonly #fragments: Call[] = []
  #last: Promise<void> | undefined
  #behindBlobs = 0

  constructor(deliver: (call: Call) => void) {
    this.#deliver = deliver
  }

  push(call: Call): void {
    if (this.#last === undefined && !(call.data instanceof Blob)) return this.#deliverWhole(call)
    const last = this.#deliverAfter(this.#last, call)
    this.#last = last
    this.#behindBlobs += 1
    void last.then(() => {
      this.#behindBlobs -= 1
      if (this.#last === last) this.#last = undefined
    })
  }

  /** How many messages it has not delivered. */
  get waiting(): number {
    return this.#behindBlobs + (this.#fragments.length > 0 ? 1 : 0)
  }

  async #deliverAfter(before: Promise<void> | undefined, call: Call): Promise<void> {
    await before
    try {
      const data = call.data instanceof Blob ? Buffer.from(await call.data.arrayBuffer()) : call.data
      this.#deliverWhole({ ...call, data })
    } catch (error) {
      call.callback?.(error as Error)
    }
  }

  #deliverWhole(call: Call): void {
    const { method, rest, callback } = call
    if (method === 'send' && (rest[0] as { fin?: unknown } | undefined)?.fin === false) {
      // Who sends one when the last one has gone would wait for ever.
      if (callback !== undefined) process.nextTick(callback)
      return void this.#fragments.push({ ...call, callback: undefined })
    }
    // Pings and pongs may come between fragments.
    if (method !== 'ping' && method !== 'pong') for (const part of this.#fragments.splice(0)) this.#deliver(part)
    this.#deliver(call)
  }
}

/** @param args those of a method, of which the last function is the callback */
export function callOf(method: Call['method'], args: readonly unknown[]): Call {
  const callback = args.findLast((one) => typeof one === 'function') as Call['callback']
  const [data, ...rest] = args.filter((one) => typeof one !== 'function')
  return { method, data, rest, callback }
}
