import { setImmediate } from 'node:timers'
import type { Server, Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'

/**
 * The open connections of one server. Kept all the time, so it does no more than a set needs: a connection costs one
 * entry and one shared listener, a request costs nothing.
 */
export class Connections {
  readonly #open = new Set<Socket>()
  /** TLS only: the sockets below, among them those whose handshake is not over. */
  readonly #beneath = new Set<Socket>()
  #used = false
  #opened: ((socket: Socket) => void) | undefined
  #emptied: (() => void) | undefined

  /** @param server `undefined`: one whose connections are another's */
  constructor(server: Server | undefined) {
    if (server === undefined) return
    if (server instanceof TlsServer) {
      // From the handshake on, what the application sees is another object over the same socket.
      server.on('connection', this.#trackIn(this.#beneath))
      server.on('secureConnection', this.#trackIn(this.#open))
    } else {
      server.on('connection', this.#trackIn(this.#open))
    }
  }

  /** As the application sees them. */
  get open(): ReadonlySet<Socket> {
    return this.#open
  }

  /** Whether there was ever one. */
  get used(): boolean {
    return this.#used
  }

  /** Calls `each` for every open connection, and for every one that opens from now on. */
  follow(each: (socket: Socket) => void): void {
    for (const socket of this.#open) each(socket)
    this.#opened = each
  }

  /**
   * Resolves when the last one has closed. A server's `'close'` comes before: it counts sockets that are being
   * destroyed, not those that are.
   */
  allClosed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#open.size === 0) resolve()
      else this.#emptied = resolve
    })
  }

  /** Waits for nothing that a client might still take. */
  destroyAll(): void {
    const destroy = (): void => {
      for (const socket of [...this.#open, ...this.#beneath]) if (!socket.destroyed) socket.destroy()
    }
    destroy()
    // One of which there is a copy was only ended so far, for its client to hear of it.
    setImmediate(destroy)
  }

  #trackIn(open: Set<Socket>): (socket: Socket) => void {
    const closed = (socket: Socket): void => {
      open.delete(socket)
      if (open.size === 0 && open === this.#open) this.#emptied?.()
    }
    function forget(this: Socket): void {
      closed(this)
    }
    return (socket) => {
      this.#used = true
      open.add(socket)
      socket.on('close', forget)
      if (open === this.#open) this.#opened?.(socket)
    }
  }
}
