import { shadow } from './internals/shadow.ts'

interface Sends {
  send(...args: unknown[]): void
}

/**
 * Keeps back what is sent over a WebSocket that comes until it has come. The first message, by which Engine.IO opens a
 * connection, the client has had already.
 */
export class Gate {
  readonly #socket: Sends
  readonly #restore: () => void
  #held: unknown[][] = []

  /** @param known how many messages the client has had */
  constructor(socket: object, known: number) {
    this.#socket = socket as Sends
    let left = known
    this.#restore = shadow(this.#socket, 'send', () => (...args) => {
      left -= 1
      if (left < 0) return void this.#held.push(args)
      const done = args.findLast((one) => typeof one === 'function') as (() => void) | undefined
      if (done !== undefined) process.nextTick(done)
    })
  }

  open(): void {
    this.#restore()
    for (const args of this.#held) this.#socket.send(...args)
    this.#held = []
  }
}
