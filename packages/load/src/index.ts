/**
 * A load on an HTTP/1.1 server by a client that never retries and counts every outcome.
 * @module @zerodown/load
 */
export { startLoad, type Load, type LoadEvents } from './load.ts'
export type {
  FreshWorker,
  KeepAliveWorker,
  LoadOptions,
  PipelinedWorker,
  PostWorker,
  SlowWorker,
  Span,
  Target,
  Worker,
} from './options.ts'
export { MalformedAnswer, ResponseParser, type Answer } from './response.ts'
export type { FailureReason, Phase } from './failure.ts'
export type { Latency } from './latency.ts'
export type { Counts, FailureDetail, Stats, WorkerCounts } from './tally.ts'
export type { Answered } from './worker.ts'
