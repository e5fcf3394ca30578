import { Blob } from 'node:buffer'

/** A call of a method of a WebSocket. */
export interface Call {
  readonly method: 'send' | 'ping' | 'pong' | 'close' | 'terminate'
  readonly data: unknown
  /** The other arguments, but for the callback. */
  readonly rest: readonly unknown[]
  readonly callback: ((error?: Error) => void) | undefined
}

/** Delivers calls in the order in which they came, although the bytes of a `Blob` have to be waited for. */
export class Outbox {
  readonly #deliver: (call: Call) => void
  #last: Promise<void> | undefined

  constructor(deliver: (call: Call) => void) {
    this.#deliver = deliver
  }

  push(call: Call): void {
    if (this.#last === undefined && !(call.data instanceof Blob)) return this.#deliver(call)
    const last = this.#deliverAfter(this.#last, call)
    this.#last = last
    void last.then(() => {
      if (this.#last === last) this.#last = undefined
    })
  }

  async #deliverAfter(before: Promise<void> | undefined, call: Call): Promise<void> {
    await before
    try {
      const data = call.data instanceof Blob ? Buffer.from(await call.data.arrayBuffer()) : call.data
      this.#deliver({ ...call, data })
    } catch (error) {
      call.callback?.(error as Error)
    }
  }
}

/** @param args those of a method, of which the last function is the callback */
export function callOf(method: Call['method'], args: readonly unknown[]): Call {
  const callback = args.findLast((one) => typeof one === 'function') as Call['callback']
  const [data, ...rest] = args.filter((one) => typeof one !== 'function')
  return { method, data, rest, callback }
}
