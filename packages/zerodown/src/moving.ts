import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import type { Carried, CarryOptions } from '@zerodown/carry'
import type { RawOptions } from '@zerodown/raw'
import type { Sessions, SessionsOptions } from '@zerodown/sessions'
import type { AnySocketIoServer, SocketIoOptions, SocketOf as SocketIoSocketOf } from '@zerodown/socket.io'
import type { StreamOptions } from '@zerodown/stream'
import { part } from './lazy.ts'
import type { Ws } from './ws.ts'
import { ws } from './ws.ts'

/** What lets more than idle HTTP move to the successor. It is the same for all instances. */
export interface Moving {
  /**
   * Lets the open connections of a server of node:net move to the successor in a restart, each when nothing is in flight on
   * it: `give(socket)` says what goes along, and `take(socket, state)` goes on with it in the successor. Attach the server
   * as well, and call this before its `listen()`.
   * @returns the same server
   * @throws {ZerodownError} `ERR_ZERODOWN_KIND`
   */
  raw<S extends Server, State>(server: S, options: RawOptions<State>): S
  /**
   * Gives what this process has in memory to its successor, while both serve: a cache, counters, the window of a rate limiter.
   * `give()` gives its entries, `take(entries)` takes some of them in the successor, and `changed()` gives what changed
   * meanwhile: at the commit, and while this process drains. A successor that gets nothing, or not all of it, serves all the
   * same; and what a process gives it keeps. Call it when the state is made, once in each process.
   * @param name by which the two generations know it
   * @returns what came, once it was taken; `undefined`: nothing came. It never rejects. Await it before `listen()` to answer
   *   the first request with a warm cache
   * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
   */
  carry<Entry>(name: string, options: CarryOptions<Entry>): Promise<Carried | undefined>
  /**
   * Makes an event stream (Server-Sent Events) go on in the successor, when the server restarts: the application's own handler
   * is called there with the same request, whose `Last-Event-ID` is the id of the last event that was sent. Call it before the
   * head of the answer is written.
   * @returns what `give()` returned in the predecessor; `undefined` for a stream that begins
   */
  stream<State = unknown>(
    request: IncomingMessage,
    response: ServerResponse,
    options?: StreamOptions<State>,
  ): State | undefined
  /** Lets the WebSockets of a server of the package `ws` 8 move to the successor in a restart. */
  readonly ws: Ws
  /**
   * Keeps sessions in memory, each of which has one owner at any time, also in a restart: it goes to the successor when no
   * request of it is in flight, and a request that comes to the other process moves there, or waits for it. Call it before the
   * first `listen()`.
   * @param name by which the two processes know them
   * @throws {ZerodownError} `ERR_ZERODOWN_KIND`
   */
  sessions<Value, Data = unknown>(name: string, options: SessionsOptions<Value, Data>): Sessions<Value>
  /**
   * Lets the clients of a server of Socket.IO 4.6 to 4.8 move to the successor in a restart: they stay connected, with their id,
   * rooms, `data` and acknowledgements in flight, and 'connection' comes in the successor with `socket.recovered === true`. Those
   * that cannot move are closed, a few at a time. Attach the HTTP server as well, and call this before its `listen()`.
   * @returns the same server
   * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, `ERR_ZERODOWN_KIND`
   */
  socketIo<S extends AnySocketIoServer>(io: S, options?: SocketIoOptions<SocketIoSocketOf<S>>): S
}

/** Each part is loaded when it is first used. */
export const moving: Moving = {
  raw: <S extends Server, State>(server: S, options: RawOptions<State>): S =>
    part('@zerodown/raw').raw(server, options),
  carry: <Entry>(name: string, options: CarryOptions<Entry>): Promise<Carried | undefined> =>
    part('@zerodown/carry').carry(name, options),
  stream: <State>(request: IncomingMessage, response: ServerResponse, options?: StreamOptions<State>) =>
    part('@zerodown/stream').stream(request, response, options),
  ws,
  sessions: <Value, Data>(name: string, options: SessionsOptions<Value, Data>): Sessions<Value> =>
    part('@zerodown/sessions').sessions(name, options),
  socketIo: <S extends AnySocketIoServer>(io: S, options?: SocketIoOptions<SocketIoSocketOf<S>>): S =>
    part('@zerodown/socket.io').socketIo(io, options),
}
