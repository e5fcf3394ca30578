import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { sayClose } from '../../../connections/close-header.ts'

/** The number of requests on each connection, counted only where `server.maxRequestsPerSocket` limits them. */
const requests = new WeakMap<Socket, number>()
/** The servers that count, and those of their connections that had been used before they began to. */
const counting = new WeakMap<HttpServer, WeakSet<Socket>>()

/** The events that a request may come as. The second and third come only to an application that listens to them. */
const REQUEST_EVENTS = ['request', 'checkContinue', 'checkExpectation'] as const

/**
 * Counts the requests of each connection where there is a limit. Nobody can read or set the count that Node keeps, and
 * it would begin again after a handover. The limit may be set after `listen()`, so we look once more at the first
 * connection.
 */
export function countRequests(server: HttpServer): void {
  if (isLimited(server)) count(server)
  else server.once('connection', () => void (isLimited(server) && count(server)))
}

/** The connections that cannot move: they had been used before the limit was set, so their count is not known. */
export function uncounted(server: HttpServer, connections: Iterable<Socket>): Socket[] {
  if (!isLimited(server)) return []
  const used = [...connections].filter((socket) => socket.bytesRead > 0)
  const before = counting.get(server)
  if (before === undefined) count(server, used)
  return used.filter((socket) => before?.has(socket) ?? true)
}

export const requestsOn = (socket: Socket): number => requests.get(socket) ?? 0

/**
 * Continues the count that came with a connection, also where a limit is set only later.
 * @param again how many of these requests are read once more, and so counted once more
 */
export function limitRequests(server: HttpServer, socket: Socket, before: number, again = 0): void {
  if (before === 0 && !isLimited(server)) return
  requests.set(socket, isLimited(server) ? Math.max(before - again, 0) : before)
  count(server)
}

const limitOf = (server: HttpServer): number => server.maxRequestsPerSocket ?? 0

const isLimited = (server: HttpServer): boolean => limitOf(server) > 0

function count(server: HttpServer, used: readonly Socket[] = []): void {
  if (counting.has(server)) return
  counting.set(server, new WeakSet(used))
  const another = (request: IncomingMessage, response: ServerResponse): void => {
    if (!isLimited(server)) return
    const { socket } = request
    requests.set(socket, requestsOn(socket) + 1)
    // The last response says `Connection: close`, as Node's own does; but not while the body of its request still comes
    // in.
    if (requestsOn(socket) >= limitOf(server)) sayClose(response, () => request.complete || !hasBody(request))
  }
  for (const event of REQUEST_EVENTS) {
    if (event === 'request' || server.listenerCount(event) > 0) server.prependListener(event, another)
  }
}

/** RFC 9112, 6.3 */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
