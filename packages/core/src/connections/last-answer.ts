import { setTimeout } from 'node:timers'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import { sayClose } from './close-header.ts'
import { closeAfterRequest, isBeingRead } from './closing.ts'

const REQUEST_EVENTS: ReadonlySet<string | symbol> = new Set(['request', 'checkContinue', 'checkExpectation'])

export interface Lingering {
  /** Whether this connection lingers: not if it is about to move. */
  stays(socket: Socket): boolean
  /** A request has come. */
  answering(socket: Socket): void
}

export interface LastAnswers {
  /** Whether all that it will ever be told has been written, though its client is still sending. */
  answered(socket: Socket): boolean
  end(): void
}

/**
 * How long the rest of a pipeline may trail behind its first request, once for each connection that lingers. A turn of
 * the event loop would do for what arrives in one read, but a client may write each request by itself. ms
 */
const PIPELINE_TRAILS = 2

/**
 * The next answer on each HTTP/1.1 connection that lingers says `Connection: close` (RFC 9112, 9.6), which no Node
 * version does by itself while it closes.
 *
 * A server that says `close` answers nothing that follows, so with pipelining only the last of the requests received
 * may say it. Handlers therefore run a moment later, when all that was sent together is known.
 *
 * An upload may be answered at its head, by a 401 or a 413, while nobody reads it. There the word waits for the next
 * answer: a client that hears it stops sending. One that is answered like this each time hears it the second time.
 */
export function announceLastAnswers(server: Server, which: Lingering): LastAnswers {
  const latest = new WeakMap<Socket, ServerResponse>()
  const spared = new WeakSet<Socket>()
  const closing = new WeakSet<Socket>()
  let over = false

  const isLast = (request: IncomingMessage, response: ServerResponse): boolean => {
    const { socket } = request
    if (latest.get(socket) !== response) return false
    if (request.complete) return true
    if (!spared.has(socket) && !isBeingRead(request)) {
      spared.add(socket)
      return false
    }
    closing.add(socket)
    closeAfterRequest(socket, request)
    return true
  }

  const emit = server.emit
  server.emit = function (this: Server, event: string | symbol, ...args: unknown[]): boolean {
    const [request, response] = args as [IncomingMessage, ServerResponse]
    const asked = !over && REQUEST_EVENTS.has(event) && request.httpVersionMajor === 1
    if (!asked) return Reflect.apply(emit, this, [event, ...args])
    const { socket } = request
    // Sent behind the one whose answer said close.
    if (socket.writableEnded) return true
    which.answering(socket)
    if (!which.stays(socket)) return Reflect.apply(emit, this, [event, ...args])
    latest.set(socket, response)
    sayClose(response, () => isLast(request, response))
    setTimeout(() => Reflect.apply(emit, this, [event, ...args]), PIPELINE_TRAILS)
    return true
  } as Server['emit']

  return {
    answered: (socket) => closing.has(socket) && socket.writableEnded,
    end: () => void (over = true),
  }
}
