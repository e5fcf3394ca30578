import type { ChannelToPredecessor } from '../../channel/channel.ts'
import type { AcceptedKinds, FromPredecessor, Payload } from '../../channel/messages.ts'
import { inodeOfHandle, isNativeHandle } from '../../node/internals/handles.ts'
import type { ConnectionKind } from '../kinds/kind.ts'

/** A server of this process, as far as it takes connections that a predecessor accepted. */
export interface ReceivingServer {
  /** The descriptor of its listener in this process, by which the predecessor names it; `undefined`: it has adopted none. */
  readonly inheritedAs: number | undefined
  /** The kinds of connection that it takes now. */
  readonly acceptedKinds: readonly ConnectionKind[]
  /** @param connection its native handle. @returns whether it is served */
  adopt(connection: object, payload: Payload): boolean | Promise<boolean>
}

type Copy = Extract<FromPredecessor, { type: 'connection' }>

/** One that is passed on. */
interface Coming {
  readonly id: number
  readonly payload: Payload
}

/** A copy that nobody reads, as there is no socket over it. */
interface Held {
  readonly handle: object & { close(): void }
  readonly listener: number
}

/**
 * The connections that come from the predecessor, each to the server that adopted its listener. First comes a copy,
 * which is only held: the predecessor serves the connection until it passes it on.
 */
export class IncomingConnections {
  readonly #servers: Iterable<ReceivingServer>
  readonly #held = new Map<number, Held>()
  readonly #failed: (kind: string, error: unknown) => void
  readonly #unsubscribe: readonly (() => void)[]
  #prepared: Promise<unknown> = Promise.resolve()
  #received = 0

  /** @param failed called when a connection of that kind could not be taken because of an error: it stays over there */
  constructor(
    servers: Iterable<ReceivingServer>,
    channel: ChannelToPredecessor,
    failed: (kind: string, error: unknown) => void,
  ) {
    this.#servers = servers
    this.#failed = failed
    void channel.ended.then(() => this.dropAll())
    this.#unsubscribe = this.#subscribe(channel)
  }

  /** Prepares for many connections at once. */
  prepare(): void {
    const kinds = new Set(this.#taking.flatMap(({ acceptedKinds }) => acceptedKinds))
    // One that is not prepared serves as well.
    this.#prepared = Promise.allSettled([...kinds].map((kind) => kind.prepare?.()))
  }

  /** How many have come to be served here. */
  get received(): number {
    return this.#received
  }

  get accepts(): AcceptedKinds[] {
    return this.#taking.map(({ listener, acceptedKinds }) => ({
      listener,
      kinds: acceptedKinds.map(({ name }) => name),
    }))
  }

  /** Stops taking connections: nothing is served here any more. */
  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.dropAll()
  }

  /** Called when the predecessor has gone: the connections that it had not passed on end with it. */
  dropAll(): void {
    for (const id of this.#held.keys()) this.#drop(id)
  }

  #subscribe(channel: ChannelToPredecessor): (() => void)[] {
    return [
      channel.on('connection', (message, handle) => this.#hold(message, handle)),
      channel.on('connection-closed', ({ id }) => this.#drop(id)),
      channel.answer('connections-asked', ({ ids }) => ids.filter((id) => this.#held.has(id))),
      channel.answer('connections-coming', () => this.#prepared.then(() => true)),
      channel.answer('connections-passed', ({ connections }) => this.#serveAll(connections)),
    ]
  }

  /** @param handle whatever came with the message; nothing does if the client has closed meanwhile */
  #hold({ id, listener, kind, inode }: Copy, handle: unknown): void {
    if (!isNativeHandle(handle)) return
    // A message and the socket that came with it must not be taken for each other's.
    const meant = inode === undefined || inodeOfHandle(handle) === inode
    if (meant && this.#takes(listener, kind)) this.#held.set(id, { handle, listener })
    else handle.close()
  }

  /**
   * Serves connections that are ours from here on. Where all is known at once, it is confirmed at once: no byte of them
   * is read before this turn of the event loop ends.
   * @returns the ids of those that are served
   */
  #serveAll(connections: readonly Coming[]): number[] | Promise<number[]> {
    const served = connections.map((connection) => this.#serve(connection))
    const ids = (all: readonly boolean[]): number[] => connections.filter((_, at) => all[at]).map(({ id }) => id)
    return served.some((one) => one instanceof Promise) ? Promise.all(served).then(ids) : ids(served as boolean[])
  }

  #serve({ id, payload }: Coming): boolean | Promise<boolean> {
    const held = this.#held.get(id)
    if (held === undefined) return false
    this.#held.delete(id)
    const { handle, listener } = held
    const fail = (error: unknown): boolean => {
      this.#failed(payload.kind, error)
      return this.#settle(handle, false)
    }
    try {
      const served = this.#serverOf(listener)?.adopt(handle, payload) ?? false
      if (!(served instanceof Promise)) return this.#settle(handle, served)
      return served.then((later) => this.#settle(handle, later), fail)
    } catch (error) {
      return fail(error)
    }
  }

  #settle(handle: Held['handle'], served: boolean): boolean {
    if (served) this.#received += 1
    else handle.close()
    return served
  }

  /** Called when a connection has ended in the predecessor. It ends for its client when this copy is closed. */
  #drop(id: number): void {
    this.#held.get(id)?.handle.close()
    this.#held.delete(id)
  }

  #takes(listener: number, kind: string): boolean {
    return this.#serverOf(listener)?.acceptedKinds.some(({ name }) => name === kind) ?? false
  }

  #serverOf(listener: number): ReceivingServer | undefined {
    return this.#taking.find((one) => one.listener === listener)?.server
  }

  /** The servers that take connections, by their listeners. */
  get #taking(): { listener: number; acceptedKinds: readonly ConnectionKind[]; server: ReceivingServer }[] {
    return [...this.#servers].flatMap((server) => {
      const { inheritedAs: listener, acceptedKinds } = server
      return listener === undefined || acceptedKinds.length === 0 ? [] : { listener, acceptedKinds, server }
    })
  }
}
