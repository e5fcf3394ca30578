import { setTimeout as wait } from 'node:timers/promises'
import { addClosing } from './closes.ts'
import { Connections } from './connections.ts'
import { Ghost } from './ghost.ts'
import { AckIds } from './ids.ts'
import type { Engine, Io, IoSocket, Namespace, Packet } from './internals/socket-io.ts'
import { TYPE } from './internals/socket-io.ts'
import { shadow } from './internals/shadow.ts'
import { KeptState } from './kept.ts'
import type { Acknowledged, Message, SocketCall } from './messages.ts'
import type { Hears, Side } from './neighbours.ts'
import { Link } from './neighbours.ts'
import { Polling } from './polling.ts'
import { Rooms } from './rooms.ts'
import { Selections } from './selections.ts'
import type { SessionState } from './session.ts'
import { stateOf } from './session.ts'
import type { SocketIoOptions } from './types.ts'
import { fromWire, toWire } from './wire.ts'

/** The default of `answersWithin`. ms */
const ANSWERS_WITHIN = 2000

/** How long the last words may take. ms */
const PATIENCE = 1000

/** A server of Socket.IO whose clients move. */
export class Served implements Hears {
  readonly io: Io
  readonly connections: Connections = new Connections()
  readonly polling: Polling
  options: SocketIoOptions = {}
  readonly #link: Link
  readonly #ids = new AckIds()
  readonly #rooms: Rooms
  readonly #selections: Selections
  readonly #kept: KeptState
  /** By the WebSocket of `ws`. */
  readonly #ghosts = new Map<object, Ghost>()
  readonly #frozen = new Set<Ghost>()
  /** The ids of sockets that have moved to the successor. */
  readonly #moved = new Set<string>()
  #lastMove = 0

  /** @param name the same in all generations */
  constructor(io: Io, name: string) {
    this.io = io
    this.#link = new Link(name, this)
    this.#rooms = new Rooms(io, this.#link, { frozen: this.#frozen, moved: this.#moved })
    this.#selections = new Selections(io, this.#link, (id) => this.#moved.has(id))
    this.#kept = new KeptState(io, this.#link)
    this.polling = new Polling(io, this.#link)
    addClosing({
      io,
      isMoving: ({ transport, protocol }) => transport.name === 'websocket' && protocol === 4,
      isForwardedTo: () => this.#link.has('successor'),
    })
  }

  get answersWithin(): number {
    return this.options.answersWithin ?? ANSWERS_WITHIN
  }

  get link(): Link {
    return this.#link
  }

  hook(nsp: Namespace): void {
    this.#ids.hook(nsp)
    this.#hookAdapter(nsp)
    // The application may give another adapter at any time.
    shadow(nsp, '_initAdapter', (init) => () => {
      init.call(nsp)
      this.#hookAdapter(nsp)
    })
  }

  #hookAdapter(nsp: Namespace): void {
    this.#rooms.hook(nsp)
    this.#selections.hook(nsp)
    this.#kept.hook(nsp)
  }

  /** Whether a client may move now. @param socket the WebSocket of `ws` */
  mayMove(socket: object): boolean {
    return this.connections.quiet(socket) !== undefined
  }

  /** From now on its connection is frozen. @throws if what goes along is nothing for JSON */
  give(socket: object, engine: Engine): string {
    const connection = this.connections.quiet(socket)
    if (connection === undefined) throw new Error('it is in the middle of something')
    const { conn, client } = connection
    const state: SessionState = {
      version: 1,
      io: this.#link.name,
      sid: conn.id,
      ids: this.#ids.class,
      heard: this.#rooms.heard,
      sockets: [...client.sockets.values()].map(stateOf),
    }
    const text = JSON.stringify(state)
    const home = {
      engine,
      writesFor: () => this.#rooms.writesFor ?? (this.#selections.active ? ('selection' as const) : undefined),
      call: (call: SocketCall) => void this.#link.send('successor', call),
    }
    const ghost = new Ghost(home, connection)
    this.#ghosts.set(socket, ghost)
    this.#frozen.add(ghost)
    return text
  }

  stayed(socket: object): void {
    const ghost = this.#ghosts.get(socket)
    if (ghost === undefined) return
    this.#ghosts.delete(socket)
    this.#frozen.delete(ghost)
    ghost.stay()
  }

  moved(socket: object): void {
    const ghost = this.#ghosts.get(socket)
    if (ghost === undefined) return
    this.#frozen.delete(ghost)
    this.#lastMove = performance.now()
    for (const { id } of ghost.sockets) this.#moved.add(id)
    ghost.move()
    // What it throws must not keep the others from it.
    for (const one of ghost.sockets) process.nextTick(() => this.options.moved?.(one))
  }

  /** A client comes. */
  follow({ ids }: SessionState): void {
    this.#ids.follow(ids)
  }

  /** One of its sockets is in its rooms. */
  joined(socket: IoSocket, { heard }: SessionState): void {
    shadow(socket, 'onack', (take) => (packet: Packet) => {
      if (socket.acks.has(Number(packet.id))) return take.call(socket, packet)
      const { name: nsp } = socket.nsp
      const wire = toWire(this.io, { type: TYPE.ack, id: packet.id, nsp, data: packet.data })
      this.#link.send('predecessor', { type: 'ack', nsp, id: socket.id, wire })
    })
    this.#rooms.catchUp(socket, heard)
  }

  hear(message: Message, from: Side, handle: unknown): void {
    if (message.type === 'broadcast') this.#rooms.hear(message, from)
    else if (message.type === 'select') this.#selections.hear(message, from)
    else if (message.type === 'fetch') void this.#selections.hearFetch(message, from)
    else if (message.type === 'kept') this.#kept.hear(message)
    else if (message.type === 'socket') this.#do(message)
    else if (message.type === 'ack') this.#acknowledge(message)
    else if (message.type === 'polled') this.polling.hear(message, from, handle)
    else if (message.type === 'pipe') this.polling.answered(message, from)
    else if (message.type === 'last') this.#link.send(from, { type: 'reply', ask: message.ask, answer: true })
  }

  gone(side: Side): void {
    this.#rooms.gone(side)
    this.polling.gone(side)
  }

  committed(): void {
    this.#kept.give()
  }

  /** What is late has its time; then the application may close what it has. */
  leaving(time: number): Promise<unknown> | undefined {
    if (this.#ghosts.size === 0) return undefined
    return this.#leaveAfter(Math.min(this.#lastMove + this.answersWithin - performance.now(), time))
  }

  async #leaveAfter(time: number): Promise<void> {
    if (time > 0) await wait(time)
    await this.#link.ask('successor', (ask) => ({ type: 'last', ask }), PATIENCE)
    for (const ghost of this.#ghosts.values()) if (ghost.moved) ghost.leave()
  }

  #do({ nsp, id, method, argument }: SocketCall): void {
    const socket = this.#socketOf(nsp, id)
    if (socket === undefined) return
    if (method === 'disconnect') socket.disconnect(argument === true)
    else socket[method](argument as string)
  }

  #acknowledge({ nsp, id, wire }: Acknowledged): void {
    const packet = fromWire(this.io, wire)
    if (packet !== undefined) this.#socketOf(nsp, id)?.onack(packet)
  }

  #socketOf(nsp: string, id: string): IoSocket | undefined {
    return this.io._nsps.get(nsp)?.sockets.get(id)
  }
}
