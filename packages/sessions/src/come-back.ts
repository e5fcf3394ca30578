import type { ServerResponse } from 'node:http'
import { logger } from '@zerodown/core/kinds'

/**
 * The session of a request is in another process, where its connection cannot go. The client has to come again, on another
 * one.
 * @param why for the log: what it is about the request, and where its session is
 */
export function tellToComeBack(response: ServerResponse, why: string): void {
  logger.warn(`${why}: it is answered by 503.`)
  response.writeHead(503, { connection: 'close', 'retry-after': '0' }).end()
}
