import { setImmediate } from 'node:timers'
import type { Server, Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { own } from './own-listeners.ts'

/**
 * The open connections of one server. This runs all the time, so it does no more than a set needs: a connection costs
 * one entry and one shared listener, a request costs nothing.
 */
export class Connections {
  readonly #open = new Set<Socket>()
  /** TLS only: the sockets below, those in the middle of their handshake included. */
  readonly #beneath = new Set<Socket>()
  #used = false
  #opened: ((socket: Socket) => void) | undefined
  #emptied: (() => void) | undefined

  /** @param server `undefined` for an additional address, whose connections are those of the main server */
  constructor(server: Server | undefined) {
    if (server === undefined) return
    if (server instanceof TlsServer) {
      // After the handshake the application sees another object over the same socket.
      server.on('connection', this.#trackIn(this.#beneath))
      server.on('secureConnection', this.#trackIn(this.#open))
    } else {
      server.on('connection', this.#trackIn(this.#open))
    }
  }

  /** The connections as the application sees them. */
  get open(): ReadonlySet<Socket> {
    return this.#open
  }

  /** Whether there ever was a connection. */
  get used(): boolean {
    return this.#used
  }

  /** Calls `each` for every open connection, and for every one that opens from now on. */
  follow(each: (socket: Socket) => void): void {
    for (const socket of this.#open) each(socket)
    this.#opened = each
  }

  /**
   * Resolves when the last connection has closed. A server's `'close'` comes earlier: it does not wait for sockets
   * whose destruction has begun.
   */
  allClosed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#open.size === 0) resolve()
      else this.#emptied = resolve
    })
  }

  /** Destroys all connections, whatever their clients have not read yet. */
  destroyAll(): void {
    const destroy = (): void => {
      for (const socket of [...this.#open, ...this.#beneath]) if (!socket.destroyed) socket.destroy()
    }
    destroy()
    // The first call only ends a socket that another process has a copy of, so that its client notices.
    setImmediate(destroy)
  }

  #trackIn(open: Set<Socket>): (socket: Socket) => void {
    const closed = (socket: Socket): void => {
      open.delete(socket)
      if (open.size === 0 && open === this.#open) this.#emptied?.()
    }
    const forget = own(function (this: Socket): void {
      closed(this)
    })
    return own((socket: Socket) => {
      this.#used = true
      open.add(socket)
      socket.on('close', forget)
      if (open === this.#open) this.#opened?.(socket)
    })
  }
}
