import type { Socket } from 'node:net'

/**
 * Holds back the head of the answer to an upgrade until all namespaces have let the sockets of a client in. With that
 * head the connection becomes this process's; without it, it stays where it was, and its client notices nothing.
 */
export class HeldHead {
  readonly #socket: Socket
  readonly #write: Socket['write']
  #held: Parameters<Socket['write']>[] = []

  constructor(socket: Socket) {
    this.#socket = socket
    this.#write = socket.write
    socket.write = ((...args: Parameters<Socket['write']>) => {
      this.#held.push(args)
      return true
    }) as Socket['write']
  }

  /** The connection is this process's. @returns whether it still can be */
  release(): boolean {
    if (this.#socket.destroyed) return false
    this.#socket.write = this.#write
    for (const args of this.#held) Reflect.apply(this.#socket.write, this.#socket, args)
    this.#held = []
    return !this.#socket.destroyed
  }

  /** It goes back: this closes only our copy. */
  refuse(): void {
    this.#socket.destroy()
  }
}
