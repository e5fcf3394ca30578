import { setTimeout } from 'node:timers'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import { sayClose } from './close-header.ts'
import { closeAfterRequest, isBeingRead } from './closing.ts'

const REQUEST_EVENTS: ReadonlySet<string | symbol> = new Set(['request', 'checkContinue', 'checkExpectation'])

export interface Lingering {
  /** Whether this connection lingers. One that is about to move does not. */
  stays(socket: Socket): boolean
  /** Called when a request has come. */
  answering(socket: Socket): void
}

export interface LastAnswers {
  /** Whether its last response is written out, though its client is still sending. */
  answered(socket: Socket): boolean
  end(): void
}

/**
 * How long the later requests of a pipeline may come after the first. One turn of the event loop would do for what
 * arrives in one read, but a client may write each request by itself. ms
 */
const PIPELINE_TRAILS = 2

/**
 * Makes the next response on each lingering HTTP/1.1 connection say `Connection: close` (RFC 9112, 9.6). No version of
 * Node does that by itself while it closes.
 *
 * A server that has said `close` answers nothing more. So with pipelining, only the response to the last request
 * received may say it. Handlers therefore run a moment later, when we know everything that was sent together.
 *
 * A handler may answer an upload by a 401 or a 413 without reading it. Such a response does not say `close` the first
 * time, as the client would stop sending; the next response does.
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
    // It was sent behind a request whose response said `close`.
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
