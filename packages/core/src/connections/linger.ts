import { clearInterval, setImmediate, setInterval } from 'node:timers'
import type { Server as HttpServer } from 'node:http'
import { keepAliveTimeoutOf } from './keep-alive-timeout.ts'
import type { LastAnswers, Lingering } from './last-answer.ts'
import { announceLastAnswers } from './last-answer.ts'
import type { Connections } from './tracking.ts'

/** A timer that is set for longer comes at once (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). ms */
const LONGEST = 2 ** 31 - 1

/** Keeps idle connections in service that cannot move: each gets one more answer, which says that it is the last one. */
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
 * A browser opens connections ahead of need, and may never say a word on them. The keep-alive timeout starts with the
 * first request, so to wait for them would last as long as the whole drain; they get that time from now on. One may turn out
 * only later to linger, where the successor does not take it.
 */
function closeSilentLater(
  server: HttpServer,
  connections: Connections,
  { stays }: Lingering,
): NodeJS.Timeout | undefined {
  const timeout = keepAliveTimeoutOf(server)
  if (timeout === undefined || timeout > LONGEST) return undefined
  const close = (): void => {
    for (const socket of connections.open) if (socket.bytesRead === 0 && stays(socket)) socket.destroy()
  }
  // A timer comes before what has arrived meanwhile is read.
  return setInterval(() => setImmediate(close), timeout).unref()
}
