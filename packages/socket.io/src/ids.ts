import type { Namespace } from './internals/socket-io.ts'

/** How many processes give ids that are apart: more than there are generations at a time. */
const CLASSES = 16

/**
 * Ids of acknowledgements. A client that has moved may still answer what the old process has sent, so no two processes of a
 * chain may give a client the same one. They stay small: clients in other languages read them as 32-bit numbers.
 */
export class AckIds {
  #class = 0

  /** Which ids this process gives. */
  get class(): number {
    return this.#class
  }

  /** @param ids the class of the predecessor */
  follow(ids: number): void {
    this.#class = (ids + 1) % CLASSES
  }

  /** Has a namespace, which takes the next id by `_ids++`, take those of this process only. */
  hook(nsp: Namespace): void {
    let round = Math.ceil(nsp._ids / CLASSES)
    Object.defineProperty(nsp, '_ids', {
      configurable: true,
      enumerable: true,
      get: () => round * CLASSES + this.#class,
      set() {
        round += 1
      },
    })
  }
}
