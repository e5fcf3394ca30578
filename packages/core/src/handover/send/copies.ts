import type { Socket } from 'node:net'
import type { LeavingKind } from '../kinds/guarded.ts'
import type { SocketSender } from './socket-sender.ts'
import type { Sources } from './sources.ts'

/** How many copies to send before we ask which have arrived, so that neither process does nothing else for long. */
const AT_ONCE = 16

/** Which connections the successor holds a copy of, and which it does not take. */
export class Copies {
  readonly #kind: LeavingKind
  readonly #sender: SocketSender
  readonly #sources: Sources
  readonly #held = new WeakSet<Socket>()
  readonly #refused = new WeakSet<Socket>()
  /**
   * Connections that may have been idle, and have no copy yet. If its client asks on without pause, a connection is
   * never found idle.
   */
  readonly #mayBeIdle = new Set<Socket>()

  constructor(kind: LeavingKind, sender: SocketSender, sources: Sources) {
    this.#kind = kind
    this.#sender = sender
    this.#sources = sources
  }

  holds(socket: Socket): boolean {
    return this.#held.has(socket) && !this.#refused.has(socket)
  }

  /** Whether it stays here. */
  refused(socket: Socket): boolean {
    return this.#refused.has(socket)
  }

  refuse(socket: Socket): void {
    this.#refused.add(socket)
  }

  /** Notes a connection that may be idle in the next turn of the event loop. */
  mayBeIdle(socket: Socket): void {
    if (this.#sources.of(socket) !== undefined) this.#mayBeIdle.add(socket)
  }

  /** Makes copies until there is one of everything that was idle, or may have been, at any moment so far. */
  async make(): Promise<void> {
    for (let sockets = this.#missing(); sockets.length > 0 && this.#sender.open; sockets = this.#missing()) {
      for (let from = 0; from < sockets.length && this.#sender.open; from += AT_ONCE) {
        await this.#sendCopies(sockets.slice(from, from + AT_ONCE).filter((socket) => !socket.destroyed))
      }
    }
  }

  #missing(): Socket[] {
    const mayBeIdle = [...this.#mayBeIdle].filter((socket) => !socket.destroyed)
    this.#mayBeIdle.clear()
    const all = new Set([...mayBeIdle, ...this.#sources.findIdle().map(({ socket }) => socket)])
    return [...all].filter((socket) => !this.#held.has(socket) && !this.#refused.has(socket))
  }

  async #sendCopies(sockets: readonly Socket[]): Promise<void> {
    const copies = sockets.flatMap((socket) => {
      const listener = this.#sources.of(socket)?.listener
      return listener === undefined ? [] : { socket, listener, kind: this.#kind.name }
    })
    const held = await this.#sender.sendCopies(copies)
    for (const socket of sockets) (held.has(socket) ? this.#held : this.#refused).add(socket)
  }
}
