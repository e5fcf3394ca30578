import type { Deferred } from '@zerodown/core/supervision'
import { defer, within } from '@zerodown/core/supervision'
import { LONGEST_DELAY } from './crash-policy.ts'
import type { WorkerProcess } from './worker-process.ts'

/** Which process is in charge of a slot. */
export class Charge {
  #holder: WorkerProcess | undefined
  #since = 0
  /** Resolves when somebody is in charge anew, or nobody will be. */
  #change: Deferred<void> = defer()
  #over = false
  readonly #replacedWithin: number

  /** @param readyTimeout how long a process may take from its start until it is in charge. ms */
  constructor(readyTimeout: number) {
    this.#replacedWithin = LONGEST_DELAY + readyTimeout
  }

  get holder(): WorkerProcess | undefined {
    return this.#holder
  }

  /** Whether there has ever been one. */
  get began(): boolean {
    return this.#since > 0
  }

  /** How long the last one has been in charge. ms */
  get lasted(): number {
    return performance.now() - this.#since
  }

  give(process: WorkerProcess): void {
    this.#holder = process
    this.#since = performance.now()
    this.#change.resolve()
    this.#change = defer()
  }

  takeAway(): void {
    this.#holder = undefined
  }

  /** Nobody will be in charge any more. */
  end(): void {
    this.#over = true
    this.#change.resolve()
  }

  /** Waits until another process than that one is in charge. @returns `undefined`: in that time, there was none */
  async next(than?: WorkerProcess): Promise<WorkerProcess | undefined> {
    const waits = this.#holder === undefined || this.#holder === than
    if (waits && !this.#over) await within(this.#replacedWithin, this.#change.promise)
    return this.#holder === than ? undefined : this.#holder
  }
}
