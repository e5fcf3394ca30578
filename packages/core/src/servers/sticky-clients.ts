import type { MoveOutcome } from '../channel/supervision.ts'
import { beforeAccepting, peerAddress } from '../node/internals/accepting.ts'
import { isNativeHandle } from '../node/internals/handles.ts'
import type { Supervisor } from '../restart/supervisor.ts'
import type { AttachedServer } from './attached-server.ts'
import { slotOfClient } from './slot-of-client.ts'

/** A listener, and how to have its server accept a connection that another slot gives. */
interface Place {
  readonly attached: AttachedServer
  readonly accept: (connection: object) => void
}

/**
 * Has each client served in one slot, by its address. A connection that the kernel gives to another one moves before
 * anything was read from it: so it is a new one for the server there, whatever it speaks.
 */
export class StickyClients {
  readonly #supervisor: Supervisor
  /** By the keys of their listeners, which are the same in all slots. */
  readonly #places = new Map<string, Place>()

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor
    supervisor.onMoved((key, connection) => this.#receive(key, connection))
  }

  /** A server listens. On a unix socket clients have no address: there, each is served where it was accepted. */
  follow(attached: AttachedServer): void {
    const { key, server } = attached
    if (!key.startsWith('tcp:')) return
    const accept = beforeAccepting(server, (connection) => this.#moves(key, connection))
    if (accept !== undefined) this.#places.set(key, { attached, accept })
  }

  #moves(key: string, connection: object & { close(): void }): boolean {
    const { slot, slots } = this.#supervisor.worker
    const address = peerAddress(connection)
    const owner = address === undefined ? slot : slotOfClient(address, slots)
    return owner !== slot && this.#supervisor.move(key, owner, connection)
  }

  #receive(key: string, connection: unknown): MoveOutcome {
    const outcome = isNativeHandle(connection) ? this.#outcome(key) : 'unknown'
    if (outcome === 'served') this.#places.get(key)?.accept(connection as object)
    else if (isNativeHandle(connection)) connection.close()
    return outcome
  }

  #outcome(key: string): MoveOutcome {
    const { leaving } = this.#supervisor
    if (leaving === 'to a successor') return 'later'
    const place = this.#places.get(key)
    // What came before the end of this process is still served, though nothing listens any more.
    const serves = place !== undefined && (place.attached.listening || leaving !== undefined)
    return serves ? 'served' : 'unknown'
  }
}
