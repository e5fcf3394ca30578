import type { Deferred } from '../node/deferred.ts'
import { defer } from '../node/deferred.ts'
import type { GenerationInfo } from '../channel/messages.ts'

/** The one restart that follows for all the triggers that come while there can be none. */
export class QueuedRestart {
  #outcome: Deferred<GenerationInfo> | undefined

  /** Queues it for one more trigger. @returns how it will end */
  add(): Promise<GenerationInfo> {
    this.#outcome ??= defer()
    // Not every trigger has somebody who waits for it.
    this.#outcome.promise.catch(() => {})
    return this.#outcome.promise
  }

  get waits(): boolean {
    return this.#outcome !== undefined
  }

  /** It can begin now, if it waits. */
  run(restart: () => Promise<GenerationInfo>): void {
    const outcome = this.#outcome
    this.#outcome = undefined
    outcome?.resolve(restart())
  }

  cancel(reason: Error): void {
    this.#outcome?.reject(reason)
    this.#outcome = undefined
  }
}
