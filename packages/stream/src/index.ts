/**
 * Event streams (Server-Sent Events) that go on through a restart of the server. See docs/streams.md.
 * @module @zerodown/stream
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { addKind } from '@zerodown/core/kinds'
import { add, eventStream, takeArrival } from './kind.ts'
import { Stream } from './stream.ts'

export interface StreamOptions<State> {
  /**
   * What goes along to the successor, beside the last event id: `stream()` returns it there. JSON has to be able to hold
   * it. Called when the stream is about to move, which may come to nothing, so it can be called more than once and must
   * change nothing. If it throws, the stream stays with this process.
   */
  readonly give?: () => State
  /** The `url` of the request as its client has written it, where something has changed it. Default: `originalUrl`, or `url` */
  readonly url?: string
}

/**
 * Makes an event stream go on in the successor, when the server restarts. To be called before the head of the answer is
 * written. In the successor the application's own handler is called with the same request, whose `Last-Event-ID` is the id
 * of the last event that was sent. So it goes on from there, as it would after a reconnect; but its client does not
 * reconnect, and has not noticed anything.
 *
 * A stream can move that answers a GET of HTTP/1.1 without TLS with status 200 and `text/event-stream`, and is not
 * compressed. Every other one stays with its process, and so does one that the successor's handler answers otherwise.
 * @returns what `give()` returned in the predecessor; `undefined` for a stream that begins
 */
export function stream<State = unknown>(
  request: IncomingMessage,
  response: ServerResponse,
  { give, url = urlOf(request) }: StreamOptions<State> = {},
): State | undefined {
  const arrival = takeArrival(request)
  add(new Stream(request, response, { give, url }, arrival !== undefined), arrival)
  return typeof arrival?.state === 'string' ? (JSON.parse(arrival.state) as State) : undefined
}

/** Express keeps what it takes from `url` where a router is mounted. */
function urlOf(request: IncomingMessage & { originalUrl?: unknown }): string {
  return typeof request.originalUrl === 'string' ? request.originalUrl : (request.url ?? '/')
}

addKind(eventStream)
