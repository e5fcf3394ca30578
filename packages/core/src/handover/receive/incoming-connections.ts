import type { ChannelToPredecessor } from '../../channel/channel.ts'
import type { AcceptedKinds, FromPredecessor, Payload } from '../../channel/messages.ts'
import { inodeOfHandle, isNativeHandle } from '../../node/internals/handles.ts'
import { warmUp } from './warm-up.ts'

/** A server of this process, as far as it takes connections that a predecessor accepted. */
export interface ReceivingServer {
  /** What it takes; `undefined` where it has not adopted a listener, or serves a protocol that cannot move. */
  readonly receiver: AcceptedKinds | undefined
  /** @param connection its native handle. @returns whether it is served */
  receive(connection: object, payload: Payload): boolean
}

type Incoming = Extract<FromPredecessor, { type: 'connection' }>

/** Read by nobody, as there is no socket over it. */
interface Held {
  readonly handle: object & { close(): void }
  readonly listener: number
}

/**
 * The connections that come from the predecessor, each to the server that adopted its listener. A copy comes first, which
 * is only held: the predecessor serves the connection until it passes it on.
 */
export class IncomingConnections {
  readonly #servers: Iterable<ReceivingServer>
  readonly #held = new Map<number, Held>()
  readonly #unsubscribe: readonly (() => void)[]
  #prepared: Promise<void> = Promise.resolve()
  #received = 0

  /** @param channel `undefined` in the first generation: none will come */
  constructor(servers: Iterable<ReceivingServer>, channel: ChannelToPredecessor | undefined) {
    this.#servers = servers
    void channel?.ended.then(() => this.dropAll())
    this.#unsubscribe = channel === undefined ? [] : this.#subscribe(channel)
  }

  /** Makes ready for many connections at once. */
  prepare(): void {
    this.#prepared = warmUp().catch(() => {}) // A server that is not warm serves as well.
  }

  /** How many have come to be served here. */
  get received(): number {
    return this.#received
  }

  get accepts(): AcceptedKinds[] {
    return [...this.#servers].flatMap(({ receiver }) => receiver ?? [])
  }

  /** Takes no more: nothing is served here any more. */
  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.dropAll()
  }

  /** The predecessor has gone: what it had not passed on ends with it. */
  dropAll(): void {
    for (const id of this.#held.keys()) this.#drop(id)
  }

  #subscribe(channel: ChannelToPredecessor): (() => void)[] {
    return [
      channel.on('connection', (message, handle) => this.#hold(message, handle)),
      channel.on('connection-closed', ({ id }) => this.#drop(id)),
      channel.answer('connections-asked', ({ ids }) => ids.filter((id) => this.#held.has(id))),
      channel.answer('connections-coming', () => this.#prepared.then(() => true)),
      // Confirmed at once: no byte of them is read before this turn of the event loop ends.
      channel.answer('connections-passed', ({ connections }) =>
        connections.filter(({ id, payload }) => this.#serve(id, payload)).map(({ id }) => id),
      ),
    ]
  }

  /** @param handle whatever came with the message; nothing does if the client has closed meanwhile */
  #hold({ id, listener, kind, inode }: Incoming, handle: unknown): void {
    if (!isNativeHandle(handle)) return
    // A message and the socket that came with it must not be taken for each other's.
    const meant = inode === undefined || inodeOfHandle(handle) === inode
    if (meant && this.#takes(listener, kind)) this.#held.set(id, { handle, listener })
    else handle.close()
  }

  /** It is ours from here on. @returns whether it is served */
  #serve(id: number, payload: Payload): boolean {
    const held = this.#held.get(id)
    if (held === undefined) return false
    this.#held.delete(id)
    const { handle, listener } = held
    const served = this.#serverOf(listener)?.receive(handle, payload) ?? false
    if (served) this.#received += 1
    else handle.close()
    return served
  }

  /** It has ended over there, and does so for its client when this copy is closed. */
  #drop(id: number): void {
    this.#held.get(id)?.handle.close()
    this.#held.delete(id)
  }

  #takes(listener: number, kind: string): boolean {
    return this.#serverOf(listener)?.receiver?.kinds.includes(kind) ?? false
  }

  #serverOf(listener: number): ReceivingServer | undefined {
    return [...this.#servers].find(({ receiver }) => receiver?.listener === listener)
  }
}
