import type { Socket } from 'node:net'
import type { Payload } from '../../channel/messages.ts'
import type { ConnectionKind, Freeze } from '../kinds/kind.ts'
import type { Fate } from './socket-sender.ts'

/**
 * A connection that is read by nobody: not here any more, and not yet over there. What its client says meanwhile waits
 * in the kernel.
 */
export class Frozen {
  readonly socket: Socket
  readonly payload: Payload
  readonly #freeze: Freeze
  readonly #began = performance.now()
  #duration = Number.NaN

  /** `undefined` if this one cannot be frozen. */
  static freeze(kind: ConnectionKind, socket: Socket): Frozen | undefined {
    const freeze = kind.freeze(socket)
    return freeze && new Frozen(kind, socket, freeze)
  }

  private constructor({ name }: ConnectionKind, socket: Socket, freeze: Freeze) {
    this.socket = socket
    this.payload = { ...freeze.details, kind: name }
    this.#freeze = freeze
  }

  /**
   * Frozen when it was about to be idle, it may have been read again since.
   * @returns whether it is frozen
   */
  freezeAgain(): boolean {
    return this.#freeze.again()
  }

  /** It stays here. */
  thaw(): void {
    this.#freeze.thaw()
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
