import { clearInterval, setImmediate, setInterval } from 'node:timers'
import type { Server as HttpServer } from 'node:http'
import { keepAliveTimeoutOf } from './keep-alive-timeout.ts'
import type { LastAnswers, Lingering } from './last-answer.ts'
import { announceLastAnswers } from './last-answer.ts'
import type { Connections } from './tracking.ts'
import { isUnused } from './unused.ts'

/**
 * The longest delay of a timer; a longer one fires at once
 * (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). ms
 */
const LONGEST = 2 ** 31 - 1

/**
 * Keeps idle connections that cannot move in service: each gets one more response, which says `Connection: close`.
 * (This is not SO_LINGER.)
 */
export function linger(server: HttpServer, connections: Connections, which: Lingering): LastAnswers {
  const { answered, end } = announceLastAnswers(server, which)
  const silence = closeSilentLater(server, connections, which)
  return {
    answered,
    end() {
      clearInterval(silence)
      end()
    },
  }
}

/**
 * Closes connections on which nothing was ever sent, a keep-alive timeout from now. Browsers open connections ahead of
 * need, and may never use them. Node starts the keep-alive timeout only after a response, so they would stay open until
 * the end of the drain. We look again each time, as a connection may begin to linger later: when the successor does not
 * take it.
 */
function closeSilentLater(
  server: HttpServer,
  connections: Connections,
  { stays }: Lingering,
): NodeJS.Timeout | undefined {
  const timeout = keepAliveTimeoutOf(server)
  if (timeout === undefined || timeout > LONGEST) return undefined
  const close = (): void => {
    for (const socket of connections.open) if (isUnused(socket) && stays(socket)) socket.destroy()
  }
  // Timers run before the event loop reads what has arrived, so look right after that.
  return setInterval(() => setImmediate(close), timeout).unref()
}
