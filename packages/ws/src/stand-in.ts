import { logger } from '@zerodown/core/kinds'
import { checkCall } from './check-call.ts'
import type { Call } from './outbox.ts'
import { callOf } from './outbox.ts'
import type { AnyWebSocket } from './types.ts'

const CLOSING = 2
const CLOSED = 3

/** `code` where a WebSocket was closed without one (RFC 6455, 7.1.5). */
const NO_CODE = 1005

const CALLS = ['send', 'ping', 'pong', 'close', 'terminate'] as const
/** They would read a connection that is frozen. */
const FLOW = ['pause', 'resume'] as const

type Method = (typeof CALLS)[number] | (typeof FLOW)[number]
type Listener = (...args: unknown[]) => void

/**
 * Stands in for a WebSocket from the moment in which its connection is frozen. What the application does with it waits
 * until it is known where the connection goes on: here, or in the successor, which then does it. To the application it
 * is open for as long as it does not close it.
 */
export class StandIn {
  readonly #client: AnyWebSocket
  readonly #before = new Map<string, PropertyDescriptor | undefined>()
  readonly #waiting: { method: Method; args: unknown[] }[] = []
  #forward: ((call: Call) => void) | undefined
  #released = false
  #closing = false
  #closed = false

  constructor(client: AnyWebSocket) {
    this.#client = client
    for (const method of [...CALLS, ...FLOW]) {
      this.#shadow(method, { value: (...args: unknown[]) => this.#called(method, args), writable: true })
    }
  }

  /** The connection stays here: does what waits. */
  thaw(): void {
    for (const [name, descriptor] of this.#before) {
      Reflect.deleteProperty(this.#client, name)
      if (descriptor !== undefined) Object.defineProperty(this.#client, name, descriptor)
    }
    const client = this.#client as unknown as Record<Method, (...args: unknown[]) => void>
    for (const { method, args } of this.#waiting) {
      try {
        client[method]?.(...args)
      } catch (error) {
        // Its caller cannot catch it any more, and it must not end the process: what others have put in place of a method.
        logger.warn(
          `${method}() of a WebSocket has failed, which was called while that was about to move: ${String(error)}`,
        )
      }
    }
  }

  /** The connection has moved. @param forward does a call over there */
  moved(forward: (call: Call) => void): void {
    this.#forward = forward
    for (const { method, args } of this.#waiting.splice(0)) this.#called(method, args)
  }

  /** The client has answered a ping. */
  pong(data: Buffer): void {
    this.#client.emit('pong', data)
  }

  /** It was closed here, and has closed over there. */
  closed(code: number, reason: Buffer): void {
    if (this.#closed) return
    this.#closed = true
    this.#become(CLOSED)
    this.#client.emit('close', code, reason)
  }

  /**
   * The drain is over, and this process is about to end. What its application closes now is its own affair: the WebSocket lives
   * on elsewhere.
   * @param listeners those by which the server counts its clients, and waits for the last one to close
   */
  release(listeners: readonly Listener[]): void {
    this.#released = true
    const left = listeners.filter((listener) => this.#client.listeners('close').includes(listener))
    for (const listener of left) {
      this.#client.off('close', listener)
      Reflect.apply(listener, this.#client, [])
    }
  }

  #called(method: Method, args: unknown[]): void {
    const closes = method === 'close' || method === 'terminate'
    if (closes && this.#closed) return
    checkCall(method, args, !this.#closing)
    if (closes) this.#become(CLOSING)
    if (this.#forward === undefined) this.#waiting.push({ method, args })
    else if (closes && this.#released) this.#closeHere(args)
    else if (method !== 'pause' && method !== 'resume') this.#forward(callOf(method, args))
  }

  #closeHere([code, reason]: unknown[]): void {
    process.nextTick(() => this.closed(typeof code === 'number' ? code : NO_CODE, Buffer.from(String(reason ?? ''))))
  }

  #become(state: number): void {
    this.#closing = true
    this.#shadow('readyState', { get: () => state, enumerable: true })
  }

  /** Puts a property of the object itself before that of its class. */
  #shadow(name: string, descriptor: PropertyDescriptor): void {
    if (!this.#before.has(name)) this.#before.set(name, Object.getOwnPropertyDescriptor(this.#client, name))
    Object.defineProperty(this.#client, name, { ...descriptor, configurable: true })
  }
}
