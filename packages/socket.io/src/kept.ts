import { isInMemory } from './adapters.ts'
import type { Io, KeptPacket, Namespace, Session } from './internals/socket-io.ts'
import { TYPE } from './internals/socket-io.ts'
import { shadow } from './internals/shadow.ts'
import type { Kept } from './messages.ts'
import { selectionOf, wireSelection } from './messages.ts'
import type { Link } from './neighbours.ts'
import { fromWire, toWire } from './wire.ts'

/** How many of the last packets go along, and how many in one message. */
const MOST_PACKETS = 10_000
const PER_MESSAGE = 200

/**
 * Carries over what the adapter keeps for clients that come back (`connectionStateRecovery`): the packets that were sent,
 * and the sessions of clients that are away.
 */
export class KeptState {
  readonly #io: Io
  readonly #link: Link

  constructor(io: Io, link: Link) {
    this.#io = io
    this.#link = link
  }

  hook(nsp: Namespace): void {
    const { adapter } = nsp
    if (!isInMemory(adapter) || adapter.sessions === undefined) return
    shadow(adapter, 'persistSession', (persist) => (session: Session) => {
      persist.call(adapter, session)
      this.#link.send('successor', { type: 'kept', nsp: nsp.name, sessions: [session], packets: [] })
    })
  }

  /** Called when the successor is in charge: clients that are away come back to it. */
  give(): void {
    for (const { name: nsp, adapter } of this.#io._nsps.values()) {
      const { sessions, packets } = adapter
      if (!isInMemory(adapter) || sessions === undefined || packets === undefined) continue
      this.#link.send('successor', { type: 'kept', nsp, sessions: [...sessions.values()], packets: [] })
      const last = packets.slice(-MOST_PACKETS)
      for (let at = 0; at < last.length; at += PER_MESSAGE) {
        const some = last.slice(at, at + PER_MESSAGE).map((packet) => this.#wirePacket(nsp, packet))
        this.#link.send('successor', { type: 'kept', nsp, sessions: [], packets: some })
      }
    }
  }

  hear({ nsp: name, sessions, packets }: Kept): void {
    const adapter = this.#io._nsps.get(name)?.adapter
    if (adapter?.packets === undefined || adapter.sessions === undefined) return
    for (const session of sessions) adapter.persistSession(session)
    const known = new Set(adapter.packets.map(({ id }) => id))
    const older = packets.flatMap(({ id, emittedAt, wire, to }): KeptPacket[] => {
      const data = fromWire(this.#io, wire)?.data
      return known.has(id) || !Array.isArray(data) ? [] : [{ id, emittedAt, data, opts: selectionOf(to) }]
    })
    // In the order in which they were sent: a client that comes back gets those after the last one it has had.
    const at = adapter.packets.findIndex(({ emittedAt }) => emittedAt > (older[0]?.emittedAt ?? 0))
    adapter.packets.splice(at === -1 ? adapter.packets.length : at, 0, ...older)
  }

  #wirePacket(nsp: string, { id, emittedAt, data, opts }: KeptPacket): Kept['packets'][number] {
    return { id, emittedAt, to: wireSelection(opts), wire: toWire(this.#io, { type: TYPE.event, nsp, data }) }
  }
}
