import type { Server as HttpServer } from 'node:http'

/** What Node adds to `keepAliveTimeout` where there is no `keepAliveTimeoutBuffer`. ms */
const USUAL_BUFFER = 1000

/**
 * How long Node keeps a connection open between two requests: a little longer than it tells the client. ms;
 * `undefined`: for ever.
 */
export function keepAliveTimeoutOf(server: HttpServer): number | undefined {
  const { keepAliveTimeout, keepAliveTimeoutBuffer = USUAL_BUFFER } = server as HttpServer & {
    keepAliveTimeoutBuffer?: number
  }
  return keepAliveTimeout > 0 && Number.isFinite(keepAliveTimeout)
    ? keepAliveTimeout + keepAliveTimeoutBuffer
    : undefined
}
