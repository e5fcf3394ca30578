import type { ListenTarget } from './listen-target.ts'
import { asksForAnyPort } from './listen-target.ts'
import { keyOf } from './key.ts'

/**
 * Numbers the calls for port 0. A successor that runs the same program makes them in the same order, and so finds the
 * port that each of its servers had. Calls of servers that are closed by now count as well: a tool that only looks for
 * a free port must not get the port of a server.
 */
export class PortZeroOrder {
  readonly #taken = new Map<string, number>()

  next(asked: ListenTarget | undefined): number | undefined {
    if (asked === undefined || !asksForAnyPort(asked)) return undefined
    const key = keyOf(asked)
    const portZeroIndex = (this.#taken.get(key) ?? 0) + 1
    this.#taken.set(key, portZeroIndex)
    return portZeroIndex
  }
}
