import { isInMemory } from './adapters.ts'
import type { Adapter, Io, Namespace, Selection, SocketDetails } from './internals/socket-io.ts'
import { shadow } from './internals/shadow.ts'
import type { Fetch, Select } from './messages.ts'
import { selectionOf, wireSelection } from './messages.ts'
import type { Link, Side } from './neighbours.ts'

/** How long a neighbour may take to say which sockets it has: as adapters wait for other servers. ms */
const PATIENCE = 5000

type Own = (adapter: Adapter) => Adapter

/** The methods of the class, which reach the sockets of this process only. */
const own: Own = (adapter) => Object.getPrototypeOf(adapter) as Adapter

/** Has `socketsJoin()`, `socketsLeave()`, `disconnectSockets()` and `fetchSockets()` reach the neighbouring generations. */
export class Selections {
  readonly #io: Io
  readonly #link: Link
  /** Whether a socket has moved from here to the successor. */
  readonly #hasMoved: (id: string) => boolean
  #active = false

  constructor(io: Io, link: Link, hasMoved: (id: string) => boolean) {
    this.#io = io
    this.#link = link
    this.#hasMoved = hasMoved
  }

  /** Whether something is being done with all sockets of a selection. */
  get active(): boolean {
    return this.#active
  }

  hook(nsp: Namespace): void {
    const { adapter } = nsp
    if (!isInMemory(adapter)) return
    for (const method of ['addSockets', 'delSockets', 'disconnectSockets'] as const) {
      shadow(adapter, method, () => (selection: Selection, argument: never) => {
        this.#select(nsp, { type: 'select', nsp: nsp.name, method, to: wireSelection(selection), argument }, selection)
      })
    }
    shadow(adapter, 'fetchSockets', () => (selection: Selection) => this.#fetch(nsp, selection))
  }

  hear(message: Select, from: Side): void {
    const nsp = this.#io._nsps.get(message.nsp)
    if (nsp !== undefined) this.#select(nsp, message, selectionOf(message.to), from)
  }

  async hearFetch({ nsp: name, to, ask }: Fetch, from: Side): Promise<void> {
    const nsp = this.#io._nsps.get(name)
    const sockets = nsp === undefined ? [] : await this.#fetch(nsp, selectionOf(to), from)
    const answer = sockets.map(({ id, handshake, rooms, data }) => ({ id, handshake, rooms: [...rooms], data }))
    this.#link.send(from, { type: 'reply', ask, answer })
  }

  #select(nsp: Namespace, message: Select, selection: Selection, from?: Side): void {
    const { adapter } = nsp
    this.#active = true
    try {
      own(adapter)[message.method].call(adapter, selection, message.argument as never)
    } finally {
      this.#active = false
    }
    if (selection.flags?.local === true) return
    for (const side of this.#link.sides()) if (side !== from) this.#link.send(side, message)
  }

  async #fetch(nsp: Namespace, selection: Selection, from?: Side): Promise<SocketDetails[]> {
    const sides = this.#link.sides().filter((side) => side !== from && selection.flags?.local !== true)
    const all = await own(nsp.adapter).fetchSockets.call(nsp.adapter, selection)
    const here = all.filter(({ id }) => !this.#hasMoved(id))
    if (sides.length === 0) return here
    const ask = (side: Side): Promise<unknown> =>
      this.#link.ask(
        side,
        (number) => ({ type: 'fetch', nsp: nsp.name, to: wireSelection(selection), ask: number }),
        PATIENCE,
      )
    const there = (await Promise.all(sides.map(ask))) as (SocketDetails[] | undefined)[]
    return distinct([...here, ...there.flatMap((some) => some ?? [])])
  }
}

/** A socket that moved meanwhile was in both. */
function distinct(sockets: readonly SocketDetails[]): SocketDetails[] {
  const byId = new Map(sockets.map((socket) => [socket.id, socket]))
  return [...byId.values()]
}
