import type { Failure, FailureReason, Phase } from './failure.ts'
import { LatencyRecorder } from './latency.ts'
import type { Latency } from './latency.ts'

/** Every request is in exactly one of `ok`, `failed` and `inFlight`. */
export interface WorkerCounts {
  requests: number
  inFlight: number
  ok: number
  failed: number
  connectionsOpened: number
  /** Connections opened in place of one that the server had closed in good order. */
  reopened: number
}

export interface Counts extends WorkerCounts {
  connectionsOpen: number
  failures: Partial<Record<FailureReason, number>>
  /** Closed in good order: with an answer's `Connection: close`, or without a word while nothing was under way. */
  closedByServer: { announced: number; unannounced: number }
  /** How many answers each generation gave; answers that do not name one are not here. */
  generations: Record<string, number>
  /** The same by the workers' names. */
  workers: Record<string, WorkerCounts>
}

/** A request that has failed. */
export interface FailureDetail {
  worker: string
  reason: FailureReason
  phase: Phase
  message: string
  /** When, in ms since the start of the load. */
  at: number
  requestId: string | undefined
  localPort: number | undefined
}

export interface Stats extends Counts {
  /** ms since the start of the load. */
  elapsed: number
  /** The first ten. */
  firstFailures: FailureDetail[]
  /** Of good answers, connecting included, without what the request itself asked for: `/slow?ms=` and pauses in an upload. */
  latency: Latency
}

const DETAILS_KEPT = 10

export class Tally {
  readonly counts: Counts = {
    ...emptyCounts(),
    connectionsOpen: 0,
    failures: {},
    closedByServer: { announced: 0, unannounced: 0 },
    generations: {},
    workers: {},
  }
  readonly latency: LatencyRecorder = new LatencyRecorder()
  #firstFailures: FailureDetail[] = []

  begun(worker: string): void {
    for (const counts of this.#of(worker)) {
      counts.requests += 1
      counts.inFlight += 1
    }
  }

  succeeded(worker: string, latency: number, generation: string | undefined): void {
    for (const counts of this.#of(worker)) {
      counts.inFlight -= 1
      counts.ok += 1
    }
    this.latency.record(latency)
    if (generation !== undefined) this.counts.generations[generation] = (this.counts.generations[generation] ?? 0) + 1
  }

  failed(
    worker: string,
    failure: Failure,
    where: Pick<FailureDetail, 'at' | 'requestId' | 'localPort'>,
  ): FailureDetail {
    for (const counts of this.#of(worker)) {
      counts.inFlight -= 1
      counts.failed += 1
    }
    const { reason, phase, message } = failure
    this.counts.failures[reason] = (this.counts.failures[reason] ?? 0) + 1
    const detail: FailureDetail = { worker, reason, phase, message, ...where }
    if (this.#firstFailures.length < DETAILS_KEPT) this.#firstFailures.push(detail)
    return detail
  }

  opened(worker: string, inPlaceOfClosed: boolean): void {
    for (const counts of this.#of(worker)) {
      counts.connectionsOpened += 1
      if (inPlaceOfClosed) counts.reopened += 1
    }
    this.counts.connectionsOpen += 1
  }

  gone(): void {
    this.counts.connectionsOpen -= 1
  }

  closedByServer(how: 'announced' | 'unannounced'): void {
    this.counts.closedByServer[how] += 1
  }

  snapshot(elapsed: number): Stats {
    return {
      ...structuredClone(this.counts),
      elapsed,
      firstFailures: [...this.#firstFailures],
      latency: this.latency.read(),
    }
  }

  /** Both lines of the book: the whole and the worker's own. */
  #of(worker: string): WorkerCounts[] {
    const own = (this.counts.workers[worker] ??= emptyCounts())
    return [this.counts, own]
  }
}

function emptyCounts(): WorkerCounts {
  return { requests: 0, inFlight: 0, ok: 0, failed: 0, connectionsOpened: 0, reopened: 0 }
}
