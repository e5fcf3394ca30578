import type { Server as HttpServer } from 'node:http'
import { keepAliveTimeoutOf } from '../connections/keep-alive-timeout.ts'
import type { Weakness } from '../control/service-status.ts'
import { movableKinds } from '../handover/kinds/kinds.ts'
import type { Settings } from '../options/options.ts'
import type { AttachedServer } from '../servers/attached-server.ts'

/**
 * Finds servers that keep an idle connection for longer than a drain lasts. One that cannot move lingers, and is then
 * closed at the deadline, and not by its own timeout: its client may just be sending a request, which nobody answers.
 */
export function explainLongTimeouts(
  servers: Iterable<Pick<AttachedServer, 'server' | 'key'>>,
  { drainTimeout, handover }: Pick<Settings, 'drainTimeout' | 'handover'>,
): Weakness[] {
  return [...servers].flatMap(({ server, key }) => {
    const { keepAliveTimeout } = server as Partial<HttpServer>
    if (keepAliveTimeout === undefined) return [] // It speaks no HTTP/1.1.
    const keeps = keepAliveTimeoutOf(server as HttpServer)
    if (keeps !== undefined && keeps <= drainTimeout) return []
    const moves = handover && movableKinds(server).length > 0
    const [how, advice] =
      keeps === undefined
        ? ['it never closes an idle connection by itself', `Set server.keepAliveTimeout to less than ${drainTimeout}.`]
        : [
            `keepAliveTimeout is ${keepAliveTimeout} ms`,
            `Set drainTimeout to more than ${keeps}; or a shorter keepAliveTimeout, if no load balancer needs this one.`,
          ]
    const what =
      `${key}: ${how}, and drainTimeout is ${drainTimeout} ms. ` +
      `${moves ? 'At a restart its connections move; at a stop' : 'At a restart and at a stop'} one that is idle is closed ` +
      'at the end of drainTimeout: so long it takes, and a request that its client sends at that moment is lost.'
    return [{ what, advice }]
  })
}
