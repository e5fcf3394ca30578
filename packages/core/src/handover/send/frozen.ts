import type { Socket } from 'node:net'
import type { Payload } from '../../channel/messages.ts'
import type { LeavingKind } from '../kinds/guarded.ts'
import type { Freeze } from '../kinds/kind.ts'
import type { Fate } from './socket-sender.ts'

/**
 * A connection that nobody reads: this process no longer, and its successor not yet. What its client sends meanwhile
 * waits in the kernel.
 */
export class Frozen {
  readonly socket: Socket
  readonly payload: Payload
  readonly #freeze: Freeze
  readonly #began = performance.now()
  #duration = Number.NaN

  /** `undefined` if this one cannot be frozen. */
  static freeze(kind: LeavingKind, socket: Socket): Frozen | undefined {
    const freeze = kind.freeze(socket)
    return freeze && new Frozen(kind, socket, freeze)
  }

  private constructor({ name }: LeavingKind, socket: Socket, freeze: Freeze) {
    this.socket = socket
    this.payload = { ...freeze.details, kind: name }
    this.#freeze = freeze
  }

  /**
   * Freezes it again: it was frozen when it was about to be idle, and may have been read since.
   * @returns whether it is frozen
   */
  freezeAgain(): boolean {
    return this.#freeze.again()
  }

  /** Called when it stays here: it is read again. */
  thaw(): void {
    this.#freeze.thaw()
  }

  /** Called when the successor has answered, or nobody can know any more. */
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
    // Its 'close' comes later, and to the application not at all.
    this.#freeze.moved?.()
    return this.#duration
  }
}
