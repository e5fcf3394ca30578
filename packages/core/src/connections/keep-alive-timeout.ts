import type { Server as HttpServer } from 'node:http'

/** ms; `undefined`: none. Node 24.6 and later close a little later than they tell the client. */
export function keepAliveTimeoutOf(server: HttpServer): number | undefined {
  if (server.keepAliveTimeout <= 0) return undefined
  const { keepAliveTimeoutBuffer = 0 } = server as HttpServer & { keepAliveTimeoutBuffer?: number }
  return server.keepAliveTimeout + keepAliveTimeoutBuffer
}
