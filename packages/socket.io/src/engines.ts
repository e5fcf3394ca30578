import { Socket } from 'node:net'
import { logger } from '@zerodown/core/kinds'
import type { AnyWebSocket, AnyWebSocketServer } from '@zerodown/ws'
import { isMove, ws } from '@zerodown/ws'
import { Arrival } from './arrival.ts'
import { HeldHead } from './held-head.ts'
import type { Client, Conn, Engine, EngineRequest, Namespace } from './internals/socket-io.ts'
import { isKnownEngine } from './internals/socket-io.ts'
import { shadow } from './internals/shadow.ts'
import type { Served } from './served.ts'
import { readSession } from './session.ts'

/** Lets the connections of a server of Engine.IO leave and come. */
export class Gateway {
  readonly #served: Served
  readonly #heads = new WeakMap<EngineRequest, HeldHead>()
  readonly #arrivals = new WeakMap<EngineRequest, Arrival>()

  constructor(served: Served) {
    this.#served = served
  }

  /** Called with each engine that the server gets. */
  open(engine: Engine): void {
    if (!isKnownEngine(engine)) return sayUnknown()
    shadow(engine, 'handleUpgrade', (handle) => (request, socket, head) => {
      if (isMove(request) && socket instanceof Socket) this.#expect(request, socket)
      handle.call(engine, request, socket, head)
    })
    shadow(engine, 'generateId', (generate) => (request) => {
      return this.#arrivals.get(request)?.state.sid ?? generate.call(engine, request)
    })
    this.#served.polling.hook(engine)
    engine.on('connection', (conn: Conn) => {
      this.#served.connections.add(conn)
      this.#arrivals.get(conn.request)?.begin(conn, this.#served.io)
    })
    this.#followWebSockets(engine)
  }

  /** Has a namespace make the sockets that come as they were. */
  hook(nsp: Namespace): void {
    shadow(nsp, '_createSocket', (create) => async (client: Client, auth: Record<string, unknown>) => {
      const made = this.#served.connections.joining(client)
      const arrival = this.#arrivals.get(client.conn.request)
      const make = (its: Record<string, unknown>) => create.call(nsp, client, its)
      const socket = await (arrival === undefined ? make(auth) : arrival.dress(nsp.name, client, auth, make))
      made(socket)
      return socket
    })
  }

  /** A request whose connection comes once more opens it, even where it had once been the upgrade of another one. */
  #expect(request: EngineRequest, socket: Socket): void {
    const { searchParams } = new URL(String(request.url), 'http://localhost')
    searchParams.delete('sid')
    request._query = Object.fromEntries(searchParams)
    this.#heads.set(request, new HeldHead(socket))
  }

  #followWebSockets(engine: Engine): void {
    let current = engine.ws
    this.#serve(engine, current)
    // Engine.IO makes another one when the HTTP server listens.
    Object.defineProperty(engine, 'ws', {
      configurable: true,
      enumerable: true,
      get: () => current,
      set: (next: unknown) => {
        current = next
        this.#serve(engine, next)
      },
    })
  }

  #serve(engine: Engine, server: unknown): void {
    if (typeof (server as AnyWebSocketServer | undefined)?.handleUpgrade !== 'function') return
    const served = this.#served
    ws<AnyWebSocketServer, string>(server as AnyWebSocketServer, {
      answersWithin: served.answersWithin,
      mayMove: (socket) => served.mayMove(socket),
      give: (socket) => served.give(socket, engine),
      stayed: (socket) => served.stayed(socket),
      moved: (socket) => served.moved(socket),
      take: (socket, text, request) => this.#take(engine, socket, text, request),
    })
  }

  #take(engine: Engine, socket: AnyWebSocket, text: string | undefined, request: EngineRequest): void {
    const state = readSession(text)
    const head = this.#heads.get(request)
    if (head === undefined) throw new Error('it has not come through the server of Engine.IO')
    this.#served.follow(state)
    const arrival = new Arrival(state, { socket, head, engine }, (its) => this.#served.joined(its, state))
    this.#arrivals.set(request, arrival)
  }
}

export function sayUnknown(): void {
  logger.warn(
    'the clients of Socket.IO are closed, a few at a time, at a restart: this version of it, or its engine, is not known to ' +
      '@zerodown/socket.io, which knows 4.6 to 4.8.',
  )
}
