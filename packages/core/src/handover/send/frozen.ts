import type { Socket } from 'node:net'
import { stopReading } from '../../node/internals/handles.ts'
import { wasUsed } from '../receive/kept-alive.ts'
import type { Payload } from '../../channel/messages.ts'
import type { Fate } from './socket-sender.ts'
import { requestsOn } from '../request-limit.ts'

/**
 * A connection that is read by nobody: not here any more, and not yet over there. What its client says meanwhile waits
 * in the kernel.
 */
export class Frozen {
  readonly socket: Socket
  readonly payload: Payload
  readonly #readOn: () => void
  #timeout = 0
  readonly #began = performance.now()
  #duration = Number.NaN

  /** `undefined` if this one cannot be frozen. */
  static freeze(socket: Socket): Frozen | undefined {
    const readOn = stopReading(socket)
    return readOn && new Frozen(socket, readOn)
  }

  private constructor(socket: Socket, readOn: () => void) {
    this.socket = socket
    this.payload = { kind: 'http1', used: wasUsed(socket), requests: requestsOn(socket) }
    this.#readOn = readOn
    this.#stopTimeout()
  }

  /**
   * Frozen right after its answer, it may have been read again since: an upload that outlasts its answer goes on by
   * itself (`IncomingMessage` starts the socket again).
   * @returns whether it is frozen
   */
  freezeAgain(): boolean {
    if (stopReading(this.socket) === undefined) return false
    this.#stopTimeout()
    return true
  }

  /** It stays here. What Node may have set since then counts: after an answer, the keep-alive timeout. */
  thaw(): void {
    if (!this.socket.timeout) this.socket.setTimeout(this.#timeout)
    this.#readOn()
  }

  /** The keep-alive timeout must not close it on its way. */
  #stopTimeout(): void {
    const { timeout } = this.socket
    if (!timeout) return
    this.#timeout = timeout
    this.socket.setTimeout(0)
  }

  /** The successor has answered, or nobody can know any more. */
  settle(fate: Fate): void {
    this.#duration = performance.now() - this.#began
    if (fate === 'refused') this.thaw()
  }

  /**
   * Closes our copy. That says nothing to the client, as the successor has the same socket.
   * @returns how long it was read by nobody, ms
   */
  leave(): number {
    this.socket.destroy()
    return this.#duration
  }
}
