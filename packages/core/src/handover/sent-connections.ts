import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Deferred } from '../deferred.ts'
import { defer } from '../deferred.ts'
import { mark } from '../restart/protocol.ts'
import type { FromPredecessor } from '../restart/protocol.ts'
import type { Fate, Payload } from './payload.ts'

/** How long a confirmation may take before we ask for it. ms */
const ASK_AFTER = 100

/** The connections that are on their way to the successor, each until it is confirmed. */
export class SentConnections {
  readonly #child: ChildProcess
  readonly #pending = new Map<number, Deferred<Fate>>()
  #lastId = 0

  constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Never rejects: a channel that has ended is a fate, too. */
  async send(socket: Socket, listener: number, payload: Payload): Promise<Fate> {
    if (!this.#child.connected) return 'refused'
    this.#lastId += 1
    const id = this.#lastId
    const fate = defer<Fate>()
    this.#pending.set(id, fate)
    // `keepOpen`: should it not arrive, it is still ours.
    this.#child.send(
      mark<FromPredecessor>({ type: 'connection', id, listener, payload }),
      socket,
      { keepOpen: true },
      (error) => {
        if (error) this.confirm(id, 'refused') // Nothing was written.
      },
    )
    // A successor that is out of file descriptors gets the message's socket dropped by the kernel, and Node drops the
    // message with it. What we send now comes behind it, so the answer is certain.
    const asking = setTimeout(() => this.#ask(id), ASK_AFTER)
    try {
      return await fate.promise
    } finally {
      clearTimeout(asking)
    }
  }

  confirm(id: number, fate: Fate): void {
    this.#pending.get(id)?.resolve(fate)
    this.#pending.delete(id)
  }

  /** The channel has ended. */
  giveUp(): void {
    for (const id of this.#pending.keys()) this.confirm(id, 'unconfirmed')
  }

  #ask(id: number): void {
    if (this.#child.connected) this.#child.send(mark<FromPredecessor>({ type: 'connection-asked', id }), () => {})
  }
}
