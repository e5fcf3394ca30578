import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** A WebSocket of the package `ws`, as its server makes it. */
export interface AnyWebSocket extends EventEmitter {
  readonly readyState: number
  readonly bufferedAmount: number
  send(data: never, ...rest: never[]): void
  ping(...args: never[]): void
  pong(...args: never[]): void
  close(code?: number, reason?: string | Buffer): void
  terminate(): void
}

/** A `WebSocketServer` of the package `ws`. */
export interface AnyWebSocketServer extends EventEmitter {
  readonly options: {
    readonly noServer?: boolean | undefined
    readonly port?: number | null | undefined
    readonly server?: object | null | undefined
  }
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    callback: (client: AnyWebSocket, request: IncomingMessage) => void,
  ): void
}

/** The class of the WebSockets of a server. */
export type SocketOf<Server extends AnyWebSocketServer> = Parameters<Server['handleUpgrade']>[3] extends (
  client: infer Socket,
  ...rest: never[]
) => void
  ? Socket
  : AnyWebSocket

/** What goes along with a WebSocket to the next process. */
export interface WsOptions<Socket = AnyWebSocket, State = unknown> {
  /**
   * Called in the old process when a WebSocket is about to move. It must not change anything: the WebSocket may stay all
   * the same. What `send()` sends from here on is sent by the new process. If it throws, or returns what JSON refuses (a
   * `bigint`, a circle), the WebSocket stays, is served on here, and is closed with 1012 in its turn; a warning says why. What
   * JSON changes arrives changed: a `Map` or a `Set` as `{}`, a `Date` as a text, an instance of a class as its fields. Without
   * `give()`, a WebSocket whose subprotocol has a state in its server (GraphQL, MQTT, STOMP, WAMP) stays as well.
   * @param request the one by which it was opened
   * @returns what `take()` gets, made anew from JSON; `undefined` where there is nothing to give
   */
  give?(socket: Socket, request: IncomingMessage): State | undefined
  /**
   * Called in the new process with each WebSocket that comes, before the listeners of 'connection'. If it throws, the
   * WebSocket goes back to the old process, its client notices nothing, 'connection' does not come, and a warning says why.
   * @param state what `give()` returned in the old process, which may have run another version of your code
   * @param request the original one, read once more
   */
  take?(socket: Socket, state: NoInfer<State> | undefined, request: IncomingMessage): void
  /**
   * Called in the old process, before `give()`, whenever a WebSocket is quiet and may move. It must be quick. If it
   * returns `false`, or throws, it is asked again later: for a protocol on top that is in the middle of something, or where a
   * handler is at work that is still to change what `give()` returns, or to answer.
   */
  mayMove?(socket: Socket): boolean
  /**
   * Called in the old process when a WebSocket for which `give()` was called is served on here after all: the new
   * process has not taken it. What was sent meanwhile is sent before.
   */
  stayed?(socket: Socket): void
  /**
   * Called in the old process when a WebSocket has moved. Stop what would go on sending to it by itself, such as a timer or a
   * subscription: the new process has begun its own. The object looks open for as long as this process lives: answers that
   * come late are sent by the new process. If this throws, that is an uncaught exception.
   */
  moved?(socket: Socket): void
  /**
   * How long a handler may take for its answer: so long the old process stays after the last WebSocket has moved, and what it
   * sends meanwhile is sent by the new one. What it would send later is lost, as it has ended. At most what is left of
   * `drainTimeout`. Default: 2000. ms
   */
  readonly answersWithin?: number
}
