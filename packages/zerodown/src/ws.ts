import type { AnyWebSocketServer, SocketOf, WsOptions, isMove } from '@zerodown/ws'
import { part } from './lazy.ts'

/** `zerodown.ws()`. */
export interface Ws {
  /**
   * Lets the WebSockets of a server of `ws` 8 move to the successor in a restart: they stay open, and their clients notice
   * nothing. `give(socket, request)` says what goes along, and `take(socket, state, request)` gets it before the listeners of
   * 'connection'. What cannot move is closed with 1012, a few at a time. Attach the HTTP server as well, and call this
   * before its `listen()`.
   * @returns the same server
   * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, `ERR_ZERODOWN_KIND`
   */
  <S extends AnyWebSocketServer, State = unknown>(server: S, options?: WsOptions<SocketOf<S>, State>): S
  /** Whether the WebSocket of this request was open in another process before, so that the request is read for the second time. */
  readonly isMove: typeof isMove
}

/** {@link Zerodown.ws}. */
export const ws: Ws = Object.assign(
  <S extends AnyWebSocketServer, State = unknown>(server: S, options?: WsOptions<SocketOf<S>, State>): S =>
    part('@zerodown/ws').ws(server, options),
  { isMove: (request: Parameters<typeof isMove>[0]): boolean => part('@zerodown/ws').isMove(request) },
)
