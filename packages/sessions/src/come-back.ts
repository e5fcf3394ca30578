import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { logger } from '@zerodown/core/kinds'

/**
 * The session of a request is in another process, where its connection cannot go. The client has to come again, on another
 * one.
 * @param why for the log: what it is about the request, and where its session is
 */
export function tellToComeBack(response: ServerResponse, why: string): void {
  warn(why)
  response.writeHead(503, { connection: 'close', 'retry-after': '0' }).end()
}

/** The same for a request for an upgrade, which has no response. */
export function tellUpgradeToComeBack(socket: Socket, why: string): void {
  warn(why)
  socket.once('finish', () => socket.destroy())
  socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n')
}

const warn = (why: string): void => logger.warn(`${why}: it is answered by 503.`)
