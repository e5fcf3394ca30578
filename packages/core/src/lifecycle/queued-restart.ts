import type { Deferred } from '../node/deferred.ts'
import { defer } from '../node/deferred.ts'
import type { GenerationInfo } from '../channel/messages.ts'

/** The one restart that follows all triggers that come while no restart can begin. */
export class QueuedRestart {
  #outcome: Deferred<GenerationInfo> | undefined

  /**
   * Queues the restart for one more trigger.
   * @returns how it will end
   */
  add(): Promise<GenerationInfo> {
    this.#outcome ??= defer()
    // A signal has nobody who waits for the result.
    this.#outcome.promise.catch(() => {})
    return this.#outcome.promise
  }

  get waits(): boolean {
    return this.#outcome !== undefined
  }

  /** Begins the restart, if one is queued. */
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
