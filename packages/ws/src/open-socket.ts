import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { hasUnsent, isHeldHere } from '@zerodown/core/kinds'
import type { Answer } from './answer.ts'
import type { Internals } from './internals/web-socket.ts'
import { hasSentAll, internalsOf, needsWindow } from './internals/web-socket.ts'
import { unfinished } from './internals/receiver.ts'
import { keepsState } from './subprotocols.ts'
import type { AnyWebSocket, WsOptions } from './types.ts'

/** `readyState` of a WebSocket that is open. */
export const OPEN = 1

/**
 * How much of an unfinished message may go along: it makes the others wait. A longer one is received to its end first.
 * bytes
 */
const MOST_UNFINISHED = 256 * 1024

/** What is known of a WebSocket from its opening on. */
export interface Opened {
  readonly client: AnyWebSocket
  readonly socket: Socket
  readonly request: IncomingMessage
  /** The head of its request; `undefined` where the request cannot be sent again. */
  readonly head: string | undefined
  readonly answer: Answer | undefined
  readonly options: WsOptions
  /** The listeners to its 'close' that were there before those of the application. */
  readonly closeListeners: readonly ((...args: unknown[]) => void)[]
}

/** A WebSocket that this process serves. */
export class OpenSocket {
  readonly opened: Opened
  #known: { readonly internals: Internals | undefined } | undefined
  #stays: string | undefined

  constructor(opened: Opened) {
    this.opened = opened
  }

  get client(): AnyWebSocket {
    return this.opened.client
  }

  get isOpen(): boolean {
    return this.client.readyState === OPEN
  }

  /** Why it can never move: the end of a sentence; `undefined` if it can. */
  get staysBecause(): string | undefined {
    const { head, answer, options } = this.opened
    const internals = this.#internals
    if (this.#stays !== undefined) return this.#stays
    if (internals === undefined) return 'this version of ws is not known to @zerodown/ws'
    if (head === undefined || answer === undefined) return 'the request by which they were opened cannot be sent again'
    if (options.give === undefined && keepsState(answer.protocol)) {
      return (
        `their subprotocol, ${answer.protocol}, has a state in this process, of which the new one would know nothing. ` +
        'With give() and take(), which carry it over, they can'
      )
    }
    return needsWindow(internals)
      ? 'their clients compress each message with the help of those before it. ' +
          'With `perMessageDeflate: { clientNoContextTakeover: true }` they can'
      : undefined
  }

  /** Makes it stay. @param why the end of a sentence */
  stay(why: string): void {
    this.#stays = why
  }

  /**
   * What it has read and not given to the application, as bytes; `undefined` if it is not quiet: something is still to
   * be sent, or cannot be sent along, or what it needs has not gone yet.
   */
  unfinished(): Buffer | undefined {
    const { socket, client, request } = this.opened
    const internals = this.#internals
    if (internals === undefined || this.staysBecause !== undefined || isHeldHere(request)) return undefined
    const { receiver, sender } = internals
    // One that is paused, by the application or by `ws`, has read what it may not give to anyone yet.
    const reads = socket.readableFlowing === true && socket.readableLength === 0
    const quiet = this.isOpen && reads && client.bufferedAmount === 0 && hasSentAll(sender) && !hasUnsent(socket)
    return quiet ? unfinished(receiver, MOST_UNFINISHED) : undefined
  }

  /** Looked up only when it is to move: where nothing restarts, this costs nothing. */
  get #internals(): Internals | undefined {
    this.#known ??= { internals: internalsOf(this.client) }
    return this.#known.internals
  }
}

const all = new WeakMap<Socket, OpenSocket>()

export const add = (one: OpenSocket): unknown => all.set(one.opened.socket, one)

/** The WebSocket over a connection, if there is one that we know. */
export const openSocketOver = (socket: Socket): OpenSocket | undefined => all.get(socket)

/** The WebSockets over these connections. */
export const openSockets = (sockets: Iterable<Socket>): OpenSocket[] =>
  [...sockets].flatMap((socket) => all.get(socket) ?? [])

/** @returns `undefined` if the stream is no socket, so that it cannot move */
export const asSocket = (stream: unknown): Socket | undefined => (stream instanceof Socket ? stream : undefined)
