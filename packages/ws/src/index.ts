/**
 * WebSockets of the package `ws` stay open through a restart. See docs/websockets.md.
 * @module @zerodown/ws
 */
import { Server as HttpServer } from 'node:http'
import { ZerodownError } from '@zerodown/core'
import { attachmentOf } from '@zerodown/core/adapter'
import { addKind } from '@zerodown/core/kinds'
import { ownServerOf } from './internals/own-server.ts'
import { webSockets } from './kind.ts'
import { neighbours } from './neighbours.ts'
import { note } from './servers.ts'
import type { AnyWebSocketServer, SocketOf, WsOptions } from './types.ts'
import { noteSockets } from './upgrade.ts'
import { watchUpgrades } from './upgrades.ts'

export { spread } from './close-spread.ts'
export { isMove } from './coming.ts'
export type { AnyWebSocket, AnyWebSocketServer, SocketOf, WsOptions } from './types.ts'

/**
 * Tells the successor what was called in this turn of the event loop on WebSockets that have moved. For a package on top that
 * tells it something which has to come behind that. Without it, that goes at the end of the turn.
 */
export const flushCalls = (): void => neighbours().moved.flush()

const optionsOf = new WeakMap<AnyWebSocketServer, WsOptions>()

/**
 * Lets the WebSockets of a server of `ws` 8 move to the successor in a restart: they stay open, and their clients notice
 * nothing. In the successor the application's own upgrade code runs once more, with the original request, and 'connection'
 * comes as ever. What cannot move is closed with code 1012, a few at a time. So is everything at a shutdown.
 *
 * Call it before the HTTP server listens, in each release, and attach that server (`zerodown.attach(server)`). Called again for the
 * same server, it replaces the options.
 * @param server attached to an HTTP server (`{ server }`), or to none (`{ noServer: true }`). One that listens by itself (`{ port }`)
 *   restarts with `zerodown/register` only; else a warning says so
 * @returns the same server
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`: this is no such server, or an option is no function
 * @throws {ZerodownError} `ERR_ZERODOWN_KIND`: the process has loaded two versions of this package
 */
export function ws<Server extends AnyWebSocketServer, State = unknown>(
  server: Server,
  options: WsOptions<SocketOf<Server>, State> = {},
): Server {
  check(server, options as WsOptions<never, never>)
  warnOfOwnServer(server)
  addKind(webSockets)
  neighbours()
  const { server: http } = server.options
  note(http)
  if (http instanceof HttpServer) watchUpgrades(http)
  const known = optionsOf.has(server)
  optionsOf.set(server, options as WsOptions)
  if (!known) noteSockets(server, () => optionsOf.get(server) ?? {})
  return server
}

/** No logger is there where nothing is attached. */
function warnOfOwnServer(server: AnyWebSocketServer): void {
  const own = ownServerOf(server)
  if (own === undefined || attachmentOf(own) !== undefined) return
  process.emitWarning(
    'zerodown.ws(): a WebSocketServer with { port } makes an HTTP server of its own, which listens before it can be attached. So it ' +
      'cannot restart, and SIGUSR2 may end this process. Give it a server of your own, ({ server }), and attach that before it listens, ' +
      'or run the program with `node --import zerodown/register`.',
  )
}

function check(server: AnyWebSocketServer, options: WsOptions<never, never>): void {
  if (typeof server?.handleUpgrade !== 'function' || typeof server.options !== 'object') {
    throw new ZerodownError('ERR_ZERODOWN_OPTION', 'ws() takes a WebSocketServer of the package ws.')
  }
  const { answersWithin = 0 } = options
  if (typeof answersWithin !== 'number' || !(answersWithin >= 0)) {
    throw new ZerodownError('ERR_ZERODOWN_OPTION', 'answersWithin of ws() has to be a number of milliseconds.')
  }
  for (const name of ['give', 'take', 'mayMove', 'stayed', 'moved']) {
    const value: unknown = Reflect.get(options, name)
    if (value !== undefined && typeof value !== 'function') {
      throw new ZerodownError('ERR_ZERODOWN_OPTION', `${name} of ws() has to be a function, not ${typeof value}.`)
    }
  }
}
