import type { Socket } from 'node:net'
import type { ChannelToSuccessor } from '../../channel/channel.ts'
import type { Payload } from '../../channel/messages.ts'
import { closeWhenDestroyed, endWhenDestroyed } from '../../connections/intercept-destroy.ts'
import { own } from '../../connections/own-listeners.ts'
import { inodeOfHandle, nativeHandle } from '../../node/internals/handles.ts'

/** A connection of which the successor is to hold a copy. */
export interface OutgoingCopy {
  readonly socket: Socket
  /** The listener's descriptor in the successor. */
  readonly listener: number
  readonly kind: string
}

/** A connection that the successor is to serve from now on, with what goes along. */
export interface Passed {
  readonly socket: Socket
  readonly payload: Payload
}

/**
 * What became of a connection that was passed on. `refused`: it is still ours. `unconfirmed`: the channel ended before
 * we knew.
 */
export type Fate = 'received' | 'refused' | 'unconfirmed'

/**
 * Sends connections to the successor: first a copy of each, which is only held there, and then the message to serve it.
 */
export class SocketSender {
  readonly #channel: ChannelToSuccessor
  /** The ids of the connections that the successor holds a copy of. */
  readonly #ids = new Map<Socket, number>()
  #lastId = 0

  constructor(channel: ChannelToSuccessor) {
    this.#channel = channel
  }

  get open(): boolean {
    return this.#channel.open
  }

  /**
   * Sends a copy of each, while they are served here. If the successor is out of file descriptors, the kernel drops the
   * socket of a message, and Node drops the message with it. So we ask behind the copies which are held, and the answer
   * is certain.
   * @returns those that are held over there
   */
  async sendCopies(connections: readonly OutgoingCopy[]): Promise<ReadonlySet<Socket>> {
    const ids = connections.flatMap((connection) => this.#sendCopy(connection) ?? [])
    const held = new Set(await this.#channel.ask({ type: 'connections-asked', ids }))
    return new Set(connections.map(({ socket }) => socket).filter((socket) => held.has(this.#idOf(socket))))
  }

  /** Resolves when the successor can serve without delay, and has read all that it was sent so far, or reads no more. */
  async hasRead(): Promise<void> {
    await this.#channel.ask({ type: 'connections-coming' })
  }

  /**
   * Passes connections on: from now on the successor owns them, and alone reads them. Never rejects: that the channel
   * has ended is a result as well.
   * @param connections all of one kind, so that none waits for a slower one
   * @returns what became of each
   */
  async pass(connections: readonly Passed[]): Promise<ReadonlyMap<Socket, Fate>> {
    if (!this.open) return new Map(connections.map(({ socket }) => [socket, 'refused']))
    for (const { socket } of connections) closeWhenDestroyed(socket)
    const received = await this.#channel.ask({
      type: 'connections-passed',
      connections: connections.map(({ socket, payload }) => ({ id: this.#idOf(socket), payload })),
    })
    return new Map(connections.map(({ socket }) => [socket, this.#fateOf(socket, received)]))
  }

  /** Sends the handle, and not the socket: Node would take the socket from the server, which goes on to serve it. */
  #sendCopy({ socket, listener, kind }: OutgoingCopy): number | undefined {
    // It may have become a connection of another kind meanwhile.
    const sent = this.#ids.get(socket)
    if (sent !== undefined) return sent
    const handle = nativeHandle(socket)
    if (handle === undefined || !this.open) return undefined
    const id = this.#lastId + 1
    try {
      this.#channel.send({ type: 'connection', id, listener, kind, inode: inodeOfHandle(handle) }, handle)
    } catch {
      return undefined // A handle that Node does not send.
    }
    this.#lastId = id
    this.#ids.set(socket, id)
    endWhenDestroyed(socket)
    const closed = (): void => {
      if (this.#ids.delete(socket)) this.#channel.send({ type: 'connection-closed', id })
    }
    socket.once('close', own(closed))
    return id
  }

  /** @param received the ids of those that are served; `null`: nobody was there to serve them */
  #fateOf(socket: Socket, received: readonly number[] | null | undefined): Fate {
    const fate =
      received === undefined ? 'unconfirmed' : received?.includes(this.#idOf(socket)) ? 'received' : 'refused'
    // The successor owns the socket now, or has closed its copy: the id is void.
    this.#ids.delete(socket)
    return fate
  }

  #idOf(socket: Socket): number {
    return this.#ids.get(socket) ?? 0
  }
}
