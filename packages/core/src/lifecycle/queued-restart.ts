import type { Deferred } from '../node/deferred.ts'
import { defer } from '../node/deferred.ts'
import type { GenerationInfo } from '../restart/successor.ts'

/** The one further restart that follows for all the triggers that come while there can be none. */
export class QueuedRestart {
  #wanted: Deferred<GenerationInfo> | undefined

  /** Notes a trigger. @returns how the further restart will end */
  want(): Promise<GenerationInfo> {
    this.#wanted ??= defer()
    // Not every trigger has somebody who waits for it.
    this.#wanted.promise.catch(() => {})
    return this.#wanted.promise
  }

  get wanted(): boolean {
    return this.#wanted !== undefined
  }

  /** Whoever can restart now does it, if it is wanted. */
  follow(restart: () => Promise<GenerationInfo>): void {
    const wanted = this.#wanted
    this.#wanted = undefined
    wanted?.resolve(restart())
  }

  giveUp(reason: Error): void {
    this.#wanted?.reject(reason)
    this.#wanted = undefined
  }
}
