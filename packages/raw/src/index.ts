/**
 * Open connections of a `net.Server` move to the successor, with what the application knows of them.
 * @module @zerodown/raw
 */
import type { Server } from 'node:net'
import { addKind } from '@zerodown/core/kinds'
import { kind } from './kind.ts'
import type { RawOptions } from './moving-servers.ts'
import { movingServers } from './moving-servers.ts'

export type { RawOptions } from './moving-servers.ts'

/**
 * Lets the connections of a server of node:net move to the successor in a restart, one after the other, each when nothing
 * is in flight on it. Attach the server to zerodown as well, and call this before its `listen()`.
 *
 * A connection that has moved is as it was for its client. In the old process its socket gets no further event; what is
 * still written to it there is brought to the successor, and so is `end()` or `destroy()`, until the shutdown hooks run.
 *
 * TLS connections do not move, nor do those that the application does not give: they stay until they end, or are cut at
 * `drainTimeout`.
 * @returns the same server
 * @throws {ZerodownError} `ERR_ZERODOWN_KIND`
 */
export function raw<S extends Server, State>(server: S, options: RawOptions<State>): S {
  addKind(kind)
  movingServers.set(server, options as RawOptions<unknown>)
  return server
}
