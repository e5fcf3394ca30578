import type { Server } from 'node:net'
import { listenWithoutAccepting } from '../node/internals/listen-without-accepting.ts'

/**
 * Keeps a successor's servers from accepting on inherited listeners until it is ready: the predecessor still does, and
 * what this process would make of a request is not known yet. Listeners that it has bound itself accept at once.
 */
export class AcceptGate {
  readonly #waiting: (() => void)[] = []
  readonly #alone: () => boolean
  #open = false

  /** @param alone whether there is no predecessor that accepts */
  constructor(alone: () => boolean) {
    this.#alone = alone
  }

  /** @param listen has the server listen on the descriptor of an inherited listener */
  listen(server: Server, listen: () => void): void {
    if (this.#open || this.#alone()) return listen()
    const accept = listenWithoutAccepting(server, listen)
    if (accept !== undefined) this.#waiting.push(accept)
  }

  /** From now on all accept: those that listen already, and those to come. */
  open(): void {
    this.#open = true
    for (const accept of this.#waiting.splice(0)) accept()
  }
}
