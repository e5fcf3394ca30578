import { EventEmitter, setMaxListeners } from 'node:events'
import { performance } from 'node:perf_hooks'
import { inspect } from 'node:util'
import type { LoadOptions } from './options.ts'
import { Tally } from './tally.ts'
import type { Counts, FailureDetail, Stats } from './tally.ts'
import { work } from './worker.ts'
import type { Answered, Run } from './worker.ts'

/** What a load tells of each request. */
export interface LoadEvents {
  answer: [Answered]
  failure: [FailureDetail]
}

/** Starts the workers at once. They run until `stop()`, until each has made its `requests`, or until `maxDuration`. */
export function startLoad(options: LoadOptions): Load {
  return new Load(options)
}

/** A load that runs. */
export class Load extends EventEmitter<LoadEvents> {
  /** Fulfils when every worker has made its `requests`, or the load was stopped. */
  readonly done: Promise<void>
  #tally = new Tally()
  #stopping = new AbortController()
  #cut = new AbortController()
  #run: Run
  #watchers = new Set<() => void>()
  #maxDuration: NodeJS.Timeout

  constructor({ target, workers, requestTimeout = 10_000, maxDuration = 300_000 }: LoadOptions) {
    super()
    // As many listeners as there are connections wait for the two signals.
    setMaxListeners(0, this.#stopping.signal, this.#cut.signal)
    this.#run = {
      target,
      requestTimeout,
      startedAt: performance.now(),
      stopping: this.#stopping.signal,
      cut: this.#cut.signal,
      tally: this.#tally,
      onAnswer: (answered) => {
        this.emit('answer', answered)
        this.#look()
      },
      onFailure: (detail) => {
        this.emit('failure', detail)
        this.#look()
      },
    }
    this.#maxDuration = setTimeout(() => void this.stop(0), maxDuration)
    const running = workers.flatMap((worker) =>
      Array.from({ length: worker.connections ?? 1 }, () => work(this.#run, worker)),
    )
    this.done = Promise.all(running).then(() => clearTimeout(this.#maxDuration))
  }

  /** The counts as they are now. */
  stats(): Stats {
    return this.#tally.snapshot(performance.now() - this.#run.startedAt)
  }

  /** The worst latency since the last call, in ms: an answer belongs to the window in which it was complete. */
  takeMax(): number {
    return this.#tally.latency.takeMax()
  }

  /** Fulfils as soon as the counts are as wanted, looked at after every answer and failure; rejects after `timeout` ms. */
  waitFor(wanted: (counts: Readonly<Counts>) => boolean, timeout = 10_000): Promise<void> {
    const { counts } = this.#tally
    if (wanted(counts)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const stopWatching = (): void => {
        clearTimeout(timer)
        this.#watchers.delete(look)
      }
      const look = (): void => {
        if (!wanted(counts)) return
        stopWatching()
        resolve()
      }
      const timer = setTimeout(() => {
        stopWatching()
        reject(new Error(`After ${timeout} ms the load is still not as wanted (${wanted}): ${inspect(this.stats())}`))
      }, timeout)
      this.#watchers.add(look)
    })
  }

  /**
   * Begins no further request, waits up to `grace` ms for the answers still out, and closes every connection.
   * What is not answered by then has failed (`timeout`). Can be called again.
   */
  async stop(grace = 10_000): Promise<Stats> {
    this.#stopping.abort()
    const cut = setTimeout(() => this.#cut.abort(), grace)
    await this.done
    clearTimeout(cut)
    return this.stats()
  }

  #look(): void {
    for (const look of this.#watchers) look()
  }
}
