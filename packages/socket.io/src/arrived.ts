import type { IoSocket } from './internals/socket-io.ts'
import { LONGEST_WAY } from './sent.ts'

/** The sockets that have come from the predecessor, which may not know it yet. */
export class Arrived {
  /** By id, the first to come first. */
  readonly #all = new Map<string, { readonly nsp: string; readonly at: number }>()

  add({ id, nsp }: IoSocket): void {
    const now = performance.now()
    for (const [old, { at }] of this.#all) {
      if (at > now - LONGEST_WAY) break
      this.#all.delete(old)
    }
    this.#all.set(id, { nsp: nsp.name, at: now })
  }

  /** The ids of those in a namespace. */
  in(nsp: string): string[] {
    return [...this.#all].filter(([, one]) => one.nsp === nsp).map(([id]) => id)
  }

  clear(): void {
    this.#all.clear()
  }
}
