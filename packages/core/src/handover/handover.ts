import { setImmediate as nextTurn } from 'node:timers/promises'
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { idleAmong } from '../connections/idleness.ts'
import type { Connections } from '../connections/tracking.ts'
import { stopReading } from '../process/node-internals.ts'
import type { ConnectionChannel } from './channel.ts'
import { wasUsed } from './kept-alive.ts'
import type { Fate } from './payload.ts'
import { requestsOn } from './request-limit.ts'
import { sendConnection } from './send.ts'

/** Published by node:http when a response is written out. */
const RESPONSE_FINISHED = 'http.server.response.finish'

/** How often to look for what no event tells, such as an upload that ends after its answer. Only while draining. ms */
const LOOK_AGAIN = 50

/** How many may still be before it in the queue when a connection is reserved. Each takes a fraction of a millisecond. */
const SHORT_QUEUE = 8

/** A server whose connections move, and what becomes of them. */
export interface Source {
  readonly server: HttpServer
  readonly connections: Connections
  /** The listener's descriptor in the successor. */
  readonly listener: number
  /** @param frozen how long it was read by nobody, ms */
  moved(socket: Socket, fate: Exclude<Fate, 'refused'>, frozen: number): void
}

interface Idle {
  readonly source: Source
  readonly socket: Socket
  readonly bytesRead: number
}

/**
 * Moves connections to the successor as soon as each is idle. One at a time: a connection is frozen from the moment at
 * which it is no longer read here until it is read there, so the others stay in service until their turn comes.
 */
export class Handover {
  readonly #channel: ConnectionChannel
  readonly #sources = new Set<Source>()
  readonly #refused = new WeakSet<Socket>()
  /** Next in the queue, and not read any more: a client that asks on without pause would never be found idle. */
  #reserved: { readonly socket: Socket; readonly readOn: () => void } | undefined
  #queued = 0
  #ended = false
  #lookAgain = false
  #wake: (() => void) | undefined

  constructor(channel: ConnectionChannel) {
    this.#channel = channel
  }

  /** Whether the server behind that listener, in the successor, takes connections. */
  takes(listener: number): boolean {
    return this.#channel.takes(listener, 'http1')
  }

  /** Whether it moves as soon as it is idle. Else it lingers. */
  canMove(socket: Socket): boolean {
    return !this.#over && !this.#refused.has(socket)
  }

  add(source: Source): void {
    if (this.#sources.size === 0) void this.#run()
    this.#sources.add(source)
  }

  /** Everything has moved or closed, or the time is up. */
  end(): void {
    this.#ended = true
    this.#look()
  }

  async #run(): Promise<void> {
    const finished = (message: unknown): void => {
      this.#reserve((message as { request: IncomingMessage }).request.socket)
      this.#look()
    }
    subscribe(RESPONSE_FINISHED, finished)
    const again = setInterval(() => this.#look(), LOOK_AGAIN).unref()
    try {
      // In a turn of its own each time: by then, what was written in the last one is out or known to wait.
      for (await nextTurn(); !this.#over; await this.#reasonToLook()) await this.#moveIdle()
    } finally {
      clearInterval(again)
      unsubscribe(RESPONSE_FINISHED, finished)
      this.#takeReserved()?.readOn()
    }
  }

  get #over(): boolean {
    return this.#ended || !this.#channel.open()
  }

  #look(): void {
    this.#lookAgain = true
    this.#wake?.()
  }

  async #reasonToLook(): Promise<void> {
    if (!this.#lookAgain) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#lookAgain = false
    await nextTurn()
  }

  #reserve(socket: Socket): void {
    if (this.#reserved !== undefined || this.#queued > SHORT_QUEUE || !this.#isMoving(socket)) return
    const readOn = stopReading(socket)
    if (readOn !== undefined) this.#reserved = { socket, readOn }
  }

  #takeReserved(): { readonly socket: Socket; readonly readOn: () => void } | undefined {
    const reserved = this.#reserved
    this.#reserved = undefined
    return reserved
  }

  #isMoving(socket: Socket): boolean {
    return !this.#refused.has(socket) && [...this.#sources].some(({ connections }) => connections.open.has(socket))
  }

  async #moveIdle(): Promise<void> {
    const queue = this.#findIdle()
    const reserved = this.#takeReserved()
    const first = queue.find(({ socket }) => socket === reserved?.socket)
    if (first !== undefined && isStillIdle(first)) await this.#move(first)
    // The next request had arrived before it was reserved.
    else reserved?.readOn()
    this.#queued = queue.length
    for (const idle of queue) {
      if (this.#over) return
      this.#queued -= 1
      if (isStillIdle(idle)) await this.#move(idle)
    }
  }

  async #move({ source, socket }: Idle): Promise<void> {
    const payload = { kind: 'http1', used: wasUsed(socket), requests: requestsOn(socket) } as const
    const began = performance.now()
    const fate = await sendConnection(this.#channel, socket, source.listener, payload)
    if (fate === 'refused') this.#refused.add(socket)
    else source.moved(socket, fate, performance.now() - began)
  }

  #findIdle(): Idle[] {
    return [...this.#sources].flatMap((source) =>
      [...idleAmong(source.server, source.connections.open)]
        .filter((socket) => !this.#refused.has(socket))
        .map((socket) => ({ source, socket, bytesRead: socket.bytesRead })),
    )
  }
}

/** Nothing has arrived since it was found idle, and nobody has begun to end it. */
function isStillIdle({ socket, bytesRead }: Idle): boolean {
  return !socket.destroyed && socket.bytesRead === bytesRead && !socket.writableEnded && !socket.readableEnded
}
