import { clearTimeout, setTimeout } from 'node:timers'
import type { Socket } from 'node:net'
import type { Frozen } from './frozen.ts'
import type { Fate, SocketSender } from './socket-sender.ts'

/**
 * If the successor takes longer than this for some, and has read what came behind them, it waits for what the application does there.
 * Others then go along. ms
 */
const WAITS = 10

/** How many may be on their way so. If the successor dies, they end with it. */
const MOST = 16

/** Passes frozen connections on, and keeps none back for those whose handler in the successor takes its time. */
export class Passing {
  readonly #sender: SocketSender
  readonly #settled: (frozen: Frozen, fate: Fate) => void
  /** Passed on, and not settled. */
  readonly #sockets = new Set<Socket>()
  /** Whether one has waited: from then on each is settled by itself. */
  #haveWaited = false

  /** @param settled called with what has become of each */
  constructor(sender: SocketSender, settled: (frozen: Frozen, fate: Fate) => void) {
    this.#sender = sender
    this.#settled = settled
  }

  has(socket: Socket): boolean {
    return this.#sockets.has(socket)
  }

  /** How many may be passed on now. */
  get room(): number {
    return MOST - this.#sockets.size
  }

  /** Resolves when they are settled, or others may go along. */
  pass(frozen: readonly Frozen[]): Promise<void> {
    const parts = this.#haveWaited ? frozen.map((one) => [one]) : [frozen]
    const settled = Promise.all(parts.map((part) => this.#pass(part)))
    return new Promise((resolve) => {
      const waits = setTimeout(() => void this.#sender.hasRead().then(goOn), WAITS)
      const goOn = (): void => {
        this.#haveWaited = true
        resolve()
      }
      void settled.then(() => {
        clearTimeout(waits)
        resolve()
      })
    })
  }

  async #pass(frozen: readonly Frozen[]): Promise<void> {
    for (const { socket } of frozen) this.#sockets.add(socket)
    const fate = await this.#sender.pass(frozen)
    for (const one of frozen) {
      this.#sockets.delete(one.socket)
      this.#settled(one, fate.get(one.socket) ?? 'refused')
    }
  }
}
