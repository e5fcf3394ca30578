import type { Deferred } from '@zerodown/core/supervision'
import { defer, within } from '@zerodown/core/supervision'
import type { WorkerProcess } from './worker-process.ts'

/** The process that is to be in charge of a slot next, while nobody is: nobody but the supervisor waits for it. */
export class Heir {
  readonly #late: (process: WorkerProcess, timeout: number) => void
  #process: WorkerProcess | undefined
  #settled: Deferred<void> = defer()

  /** @param late called with one that is not in charge in time */
  constructor(late: (process: WorkerProcess, timeout: number) => void) {
    this.#late = late
  }

  get process(): WorkerProcess | undefined {
    return this.#process
  }

  /** @param timeout how long it may take to be in charge, from now on. ms */
  put(process: WorkerProcess, timeout: number): void {
    this.clear()
    this.#process = process
    const settled = this.#settled.promise
    void within(timeout, settled).then((inTime) => {
      if (!inTime) this.#late(process, timeout)
    })
  }

  /** That process may take so long, if it is the one: from now on, ms. */
  retime(process: WorkerProcess, timeout: number): void {
    if (process === this.#process) this.put(process, timeout)
  }

  /** There is none any more. */
  clear(): void {
    this.#process = undefined
    this.#settled.resolve()
    this.#settled = defer()
  }
}
