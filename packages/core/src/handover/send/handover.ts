import type { Socket } from 'node:net'
import type { AcceptedKinds } from '../../channel/messages.ts'
import type { ConnectionKind } from '../kinds/kind.ts'
import { Mover } from './mover.ts'
import type { SocketSender } from './socket-sender.ts'
import type { Source } from './sources.ts'

/**
 * Moves the connections of this process to its successor. Each kind moves by itself, so that a slow one delays no
 * other.
 */
export class Handover {
  readonly #sender: SocketSender
  readonly #accepts: readonly AcceptedKinds[]
  readonly #time: number
  readonly #failed: (kind: string, error: unknown) => void
  readonly #movers = new Map<ConnectionKind, Mover>()

  /**
   * @param accepts what the successor takes
   * @param time how long the drain may take, ms
   * @param failed called with what a kind has thrown
   */
  constructor(
    sender: SocketSender,
    accepts: readonly AcceptedKinds[],
    time: number,
    failed: (kind: string, error: unknown) => void,
  ) {
    this.#sender = sender
    this.#accepts = accepts
    this.#time = time
    this.#failed = failed
  }

  /** The kinds, among these, that the server behind that listener takes in the successor. */
  accepted(listener: number, kinds: readonly ConnectionKind[]): ConnectionKind[] {
    const accepted = new Set(this.#accepts.filter((one) => one.listener === listener).flatMap((one) => one.kinds))
    return kinds.filter(({ name }) => accepted.has(name))
  }

  /** Whether this connection, of that kind, will move, as far as one can know. Else it lingers. */
  canMove(kind: ConnectionKind, socket: Socket): boolean {
    return this.#movers.get(kind)?.canMove(socket) ?? false
  }

  /** Moves the connections of these kinds from now on. */
  add(source: Source, kinds: readonly ConnectionKind[]): void {
    for (const kind of kinds) {
      const failed = (error: unknown): void => this.#failed(kind.name, error)
      const mover = this.#movers.get(kind) ?? new Mover(kind, this.#sender, this.#time, failed)
      this.#movers.set(kind, mover)
      mover.add(source)
    }
  }

  /** Called when everything has moved or closed, or the time is up. */
  stop(): void {
    for (const mover of this.#movers.values()) mover.stop()
  }
}
