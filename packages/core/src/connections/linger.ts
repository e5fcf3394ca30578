import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { keepAliveTimeoutOf } from './keep-alive-timeout.ts'
import type { Connections } from './tracking.ts'

const REQUEST_EVENTS: ReadonlySet<string | symbol> = new Set(['request', 'checkContinue', 'checkExpectation'])

export interface Lingering {
  /** Whether this connection lingers: not if it is about to move. */
  stays(socket: Socket): boolean
  /** A request has come. */
  answering(socket: Socket): void
}

/**
 * How long the rest of a pipeline may trail behind its first request, once for each connection that lingers. A turn of
 * the event loop would do for what arrives in one read, but a client may write each request by itself. ms
 */
const PIPELINE_TRAILS = 2

/**
 * Keeps idle connections in service that cannot move: the next request on each is answered, and the answer says
 * `Connection: close` (RFC 9112, 9.6), which no Node version does by itself while it closes.
 *
 * A server that says `close` answers nothing that follows, so with pipelining only the last of the requests received
 * may say it. Handlers therefore run a moment later, when all that was sent together is known.
 */
export function linger(server: HttpServer, connections: Connections, which: Lingering): { end(): void } {
  const latest = new WeakMap<Socket, { response: ServerResponse; keepAlive: boolean }>()

  const announceClose = (socket: Socket, response: ServerResponse): void => {
    const before = latest.get(socket)
    if (before !== undefined && !before.response.headersSent) before.response.shouldKeepAlive = before.keepAlive
    latest.set(socket, { response, keepAlive: response.shouldKeepAlive })
    response.shouldKeepAlive = false
  }

  const emit = server.emit
  server.emit = function (this: HttpServer, event: string | symbol, ...args: unknown[]): boolean {
    if (!REQUEST_EVENTS.has(event)) return Reflect.apply(emit, this, [event, ...args])
    const [request, response] = args as [IncomingMessage, ServerResponse]
    which.answering(request.socket)
    if (!which.stays(request.socket)) return Reflect.apply(emit, this, [event, ...args])
    announceClose(request.socket, response)
    setTimeout(() => Reflect.apply(emit, this, [event, ...args]), PIPELINE_TRAILS)
    return true
  } as HttpServer['emit']

  const silence = closeSilentLater(server, connections, which)
  return { end: () => clearTimeout(silence) }
}

/**
 * A browser opens connections ahead of need, and may never say a word on them. The keep-alive timeout starts with the
 * first request, so to wait for them would last as long as the whole drain; they get that time from now on.
 */
function closeSilentLater(
  server: HttpServer,
  connections: Connections,
  { stays }: Lingering,
): NodeJS.Timeout | undefined {
  const timeout = keepAliveTimeoutOf(server)
  if (timeout === undefined) return undefined
  const close = (): void => {
    for (const socket of connections.open) if (socket.bytesRead === 0 && stays(socket)) socket.destroy()
  }
  return setTimeout(close, timeout).unref()
}
