import type { Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'
import type { Settings } from '../options/options.ts'
import type { AttachedServer } from '../servers/attached-server.ts'

/** A packet that is on its way, or a busy event loop, takes no longer than that, as a rule. ms */
const MARGIN = 5000

/**
 * Finds servers that close an idle connection before the load balancer in front does. That one may just be sending a
 * request on it. No server can answer such a request, so the client gets a 502. Whoever sends the requests has to be
 * the first to close (RFC 9112, section 9.5).
 * @returns lines for the log
 */
export function explainShortTimeouts(
  servers: Iterable<Pick<AttachedServer, 'server' | 'key'>>,
  { lbIdleTimeout }: Pick<Settings, 'lbIdleTimeout'>,
): string[] {
  if (lbIdleTimeout === undefined) return []
  return [...servers].flatMap(({ server, key }) => {
    const timeout = keepAliveTimeoutOf(server)
    if (timeout === undefined || timeout > lbIdleTimeout) return []
    return [
      `${key}: keepAliveTimeout is ${timeout} ms, and the load balancer keeps idle connections for ${lbIdleTimeout} ms ` +
        '(lbIdleTimeout). It may send a request on a connection that this server has just closed, and answer 502. ' +
        `Set server.keepAliveTimeout to ${lbIdleTimeout + MARGIN}.`,
    ]
  })
}

/** As it was set; `undefined` for one that never closes an idle connection, and for one that speaks no HTTP/1.1. */
function keepAliveTimeoutOf(server: Server): number | undefined {
  const { keepAliveTimeout = 0 } = server as Server & Partial<HttpServer>
  return keepAliveTimeout > 0 ? keepAliveTimeout : undefined
}
