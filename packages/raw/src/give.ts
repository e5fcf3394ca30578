import type { Socket } from 'node:net'
import { warnOnce } from '@zerodown/core/kinds'
import type { RawOptions } from './moving-servers.ts'

/** Sockets whose `give()` has failed. */
const staying = new WeakSet<Socket>()

/** Whether it stays with this process for good; the reason is in the log. */
export const staysHere = (socket: Socket): boolean => staying.has(socket)

/**
 * Asks the application what goes along with a connection. If that fails, the connection stays for good.
 * @returns `undefined`: it does not move now, or not at all
 */
export function askFor({ give }: RawOptions<unknown>, socket: Socket): { readonly state: unknown } | undefined {
  try {
    const state = give(socket)
    if (state === undefined) return undefined
    if (JSON.stringify(state) === undefined) throw new TypeError(`JSON cannot hold a ${typeof state}`)
    return { state }
  } catch (error) {
    staying.add(socket)
    warnOnce(
      'some connections of a net.Server stay with this process until they end, or are cut at drainTimeout: ' +
        `give() has failed (${String(error)}).`,
    )
    return undefined
  }
}
