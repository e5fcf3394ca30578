import type { ServerResponse } from 'node:http'
import { logger } from '@zerodown/core/kinds'

/**
 * The session of a request has gone, and its connection cannot follow. The client has to come again, on another one.
 * @param why for the log: what it is about the request
 */
export function tellToComeBack(response: ServerResponse, why: string): void {
  logger.warn(`${why}, to a session that has gone to the successor: it is answered by 503.`)
  response.writeHead(503, { connection: 'close', 'retry-after': '0' }).end()
}
