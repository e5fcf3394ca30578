import type { AnyWebSocket } from './types.ts'

/** "Service restart" (https://www.iana.org/assignments/websocket, close code numbers): the client may connect again. */
const SERVICE_RESTART = 1012

/** How long after one lot to close the next one. ms */
const PAUSE = 100

/** The share of the drain in which to close. In the rest the last clients answer, which ends their connections. */
const SHARE = 0.8

/**
 * Closes clients, a few at a time, so that they do not come back all at once.
 * @param find those that are to be closed, as far as one can know now
 * @param close closes one
 * @param time when the rest is cut, ms from now on
 * @returns how to stop
 */
export function spread<Client>(
  find: () => readonly Client[],
  close: (client: Client) => void,
  time: number,
): () => void {
  const end = performance.now() + time * SHARE
  const pause = Math.max(1, Math.min(PAUSE, time / 10))
  const timer = setInterval(() => {
    const left = find()
    const lots = Math.max(1, 1 + (end - performance.now()) / pause)
    for (const client of left.slice(0, Math.ceil(left.length / lots))) close(client)
  }, pause)
  timer.unref()
  return () => clearInterval(timer)
}

/** Closes WebSockets, a few at a time. See {@link spread}. */
export const closeSpread = (find: () => readonly AnyWebSocket[], time: number): (() => void) =>
  spread(find, (client) => client.close(SERVICE_RESTART), time)
