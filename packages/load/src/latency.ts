import { createHistogram } from 'node:perf_hooks'
import type { RecordableHistogram } from 'node:perf_hooks'

/** In ms. */
export interface Latency {
  p50: number
  p99: number
  p999: number
  max: number
}

/** Counts latencies in Node's own HDR histogram, in µs and to three digits, and the worst one to the µs. */
export class LatencyRecorder {
  #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 })
  #max = 0
  #windowMax = 0

  record(ms: number): void {
    this.#histogram.record(Math.max(1, Math.round(ms * 1000)))
    this.#max = Math.max(this.#max, ms)
    this.#windowMax = Math.max(this.#windowMax, ms)
  }

  read(): Latency {
    if (this.#histogram.count === 0) return { p50: 0, p99: 0, p999: 0, max: 0 }
    const percentile = (p: number): number => this.#histogram.percentile(p) / 1000
    return { p50: percentile(50), p99: percentile(99), p999: percentile(99.9), max: this.#max }
  }

  /** The worst since the last call, in ms; 0 if there was none. */
  takeMax(): number {
    const max = this.#windowMax
    this.#windowMax = 0
    return max
  }
}
