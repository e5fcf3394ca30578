import type { Answer } from './response.ts'

/**
 * Where the server is: a TCP address, and the own one to connect from; or the path of a unix socket. An abstract socket's
 * path starts with `\0`.
 */
export type Target = { host: string; port: number; localAddress?: string } | { socketPath: string }

/** Milliseconds: always the same, or drawn evenly from `[min, max]` each time. */
export type Span = number | readonly [min: number, max: number]

/** Returns, or throws, what is wrong with an answer: counted as `wrong body`. */
export type Check = (answer: Answer) => string | undefined

interface Common {
  /** How this worker is called in `stats.workers`. Default: its kind; workers of one name are counted together. */
  name?: string
  /** How many connections do this at the same time, each one request (or one pipeline) after the other. Default 1. */
  connections?: number
  /** The pause between an answer and the next request, in ms. Default 0: none. */
  thinkTime?: Span
  /** How many requests (or pipelines) each connection makes before it is done. Default: until `stop()`. */
  requests?: number
  /** A further check of every answer. */
  check?: Check
}

/** GET on connections that are kept. */
export interface KeepAliveWorker extends Common {
  kind: 'keepAlive'
  /** Default `/`. */
  path?: string
}

/** A new connection for every request: GET, or with a `size` POST /echo. */
export interface FreshWorker extends Common {
  kind: 'fresh'
  /** Default `/`, or `/echo` with a `size`. */
  path?: string
  /** Bytes of the body, whose echo is compared. Default: none, and so a GET. */
  size?: number
  /** How long a new connection says nothing before its request, as a browser's preconnect does, in ms. Default 0. */
  silence?: Span
}

/** POST on connections that are kept; the body comes back as it was or the answer is wrong. */
export interface PostWorker extends Common {
  kind: 'post'
  /** Default `/echo`. */
  path?: string
  /** Bytes of the body. */
  size: number
  /** Into how many pieces the body is cut, the first of which leaves with the head. Default 1. */
  chunks?: number
  /** The pause before each further piece, in ms. Default 0. */
  chunkDelay?: Span
  /** Send it with `Transfer-Encoding: chunked` in place of `Content-Length`. Default false. */
  chunked?: boolean
}

/** GET /slow?ms= on connections that are kept. The `ms` asked for are no part of the latency. */
export interface SlowWorker extends Common {
  kind: 'slow'
  ms: number
}

/** Requests written back to back on one connection, their answers matched in order. */
export interface PipelinedWorker extends Common {
  kind: 'pipelined'
  /** How many requests are in one pipeline. Default: as many as `paths`, or 4. */
  depth?: number
  /** GET these in turn. Default: POST /echo, each with a body of its own, so that a swapped answer shows. */
  paths?: readonly string[]
  /** Bytes of those bodies. Default 64. */
  size?: number
  /** Write each request by itself: the server may then read one before the next has come. Default false: all in one. */
  apart?: boolean
}

/** Clients of one kind. */
export type Worker = KeepAliveWorker | FreshWorker | PostWorker | SlowWorker | PipelinedWorker

/** What `startLoad()` takes. */
export interface LoadOptions {
  target: Target
  workers: readonly Worker[]
  /** A request not answered in full within this time (connecting included) has failed. Default 10 000 ms. */
  requestTimeout?: number
  /** The load stops by itself after this time, whatever becomes of whoever started it. Default 300 000 ms. */
  maxDuration?: number
}

export function draw(span: Span): number {
  if (typeof span === 'number') return span
  const [min, max] = span
  return min + Math.random() * (max - min)
}
