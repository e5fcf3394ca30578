import type { Server as HttpServer } from 'node:http'

/** What Node adds where there is no option for it. ms */
const USUAL_BUFFER = 1000

/** When Node closes a connection between two requests: a little later than it tells the client. ms; `undefined`: never. */
export function keepAliveTimeoutOf(server: HttpServer): number | undefined {
  const { keepAliveTimeout, keepAliveTimeoutBuffer = USUAL_BUFFER } = server as HttpServer & {
    keepAliveTimeoutBuffer?: number
  }
  return keepAliveTimeout > 0 && Number.isFinite(keepAliveTimeout)
    ? keepAliveTimeout + keepAliveTimeoutBuffer
    : undefined
}
