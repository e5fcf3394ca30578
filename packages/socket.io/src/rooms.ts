import type { Ghost } from './ghost.ts'
import type { Ack, Adapter, Counted, Io, IoSocket, Namespace, Packet, Selection } from './internals/socket-io.ts'
import { TYPE } from './internals/socket-io.ts'
import { shadow } from './internals/shadow.ts'
import { isInMemory, leavingOut, plainBroadcast } from './adapters.ts'
import { Arrived } from './arrived.ts'
import type { Broadcast } from './messages.ts'
import { selectionOf, wireSelection } from './messages.ts'
import type { Link, Side } from './neighbours.ts'
import { SentToPredecessor } from './sent.ts'
import { fromWire, toWire } from './wire.ts'

/** How long to wait for acknowledgements where nobody says so. ms */
const ACKS_WITHIN = 60_000

/** What a neighbour answers to a broadcast with acknowledgements. */
type AckAnswer = { readonly count: number } | { readonly data: Broadcast['wire'] } | undefined

/**
 * Brings broadcasts to the sockets of the neighbouring generations, each once and in order, where the adapter knows only the sockets
 * of this process. A socket that moves has those of the old process from there until it has moved, and those of the new one from there
 * from the moment in which it is in its rooms.
 */
export class Rooms {
  readonly #io: Io
  readonly #link: Link
  readonly #frozen: ReadonlySet<Ghost>
  /** The ids of sockets that have moved to the successor. */
  readonly #moved: ReadonlySet<string>
  readonly #arrived = new Arrived()
  readonly #sent = new SentToPredecessor()
  /** The last broadcast of the successor that has come over. */
  #heard = 0
  #writesFor: 'successor' | undefined

  constructor(io: Io, link: Link, { frozen, moved }: { frozen: ReadonlySet<Ghost>; moved: ReadonlySet<string> }) {
    this.#io = io
    this.#link = link
    this.#frozen = frozen
    this.#moved = moved
  }

  get heard(): number {
    return this.#heard
  }

  get writesFor(): 'successor' | undefined {
    return this.#writesFor
  }

  gone(side: Side): void {
    if (side === 'successor') this.#heard = 0
    else {
      this.#sent.clear()
      this.#arrived.clear()
    }
  }

  hook(nsp: Namespace): void {
    const { adapter } = nsp
    if (!isInMemory(adapter)) return
    shadow(adapter, 'broadcast', (broadcast) => (packet: Packet, selection: Selection) => {
      broadcast.call(adapter, packet, selection)
      if (selection.flags?.local !== true) this.#relay(nsp, packet, selection, [])
    })
    shadow(adapter, 'broadcastWithAck', (broadcast) => (packet, selection, counted, ack) => {
      if (selection.flags?.local === true) return broadcast.call(adapter, packet, selection, counted, ack)
      const all = new Counts(counted, this.#link.sides().length + 1)
      // Those that have moved are counted where they are now.
      broadcast.call(adapter, packet, leavingOut(selection, this.#moved), (count) => all.add(count), ack)
      this.#relay(nsp, packet, selection, [], { counts: all, ack })
    })
  }

  hear(message: Broadcast, from: Side): void {
    const nsp = this.#io._nsps.get(message.nsp)
    const packet = fromWire(this.#io, message.wire)
    if (from === 'successor') this.#heard = message.number ?? this.#heard
    if (nsp === undefined || packet === undefined) return this.#answer(message, from, { count: 0 })
    const selection = selectionOf(message.to)
    const without = message.without ?? []
    if (from === 'successor') this.#writesFor = 'successor'
    try {
      if (message.ask === undefined) plainBroadcast(nsp.adapter, packet, selection, { without, kept: message.kept })
      else this.#broadcastForAcks(nsp, packet, selection, message, from)
    } finally {
      this.#writesFor = undefined
    }
    if (message.ask === undefined) this.#relay(nsp, packet, selection, without, undefined, from)
  }

  /** Gives a socket that has come what was sent from here while nobody could give it to it. */
  catchUp(socket: IoSocket, heard: number): void {
    this.#arrived.add(socket)
    for (const { packet, ack } of this.#sent.since(heard, socket)) {
      const id = ack && socket.nsp._ids++
      if (id !== undefined && ack !== undefined) socket.acks.set(id, ack)
      const again = { ...packet, nsp: socket.nsp.name, ...(id !== undefined && { id }) }
      socket.client.writeToEngine(this.#io.encoder.encode(again), {})
    }
  }

  #broadcastForAcks(nsp: Namespace, packet: Packet, selection: Selection, message: Broadcast, from: Side): void {
    const without = message.without ?? []
    const onward = this.#link.sides().filter((side) => side !== from)
    const counts = new Counts((count) => this.#answer(message, from, { count }), onward.length + 1)
    const ack: Ack = (...data) => {
      this.#answer(message, from, { data: toWire(this.#io, { type: TYPE.ack, id: 0, nsp: nsp.name, data }) })
    }
    const here = leavingOut(selection, [...without, ...this.#moved])
    ownMethod(nsp.adapter)(packet, here, (count) => counts.add(count), ack)
    this.#relay(nsp, packet, selection, without, { counts, ack }, from)
  }

  #answer({ ask }: Broadcast, to: Side, answer: AckAnswer): void {
    if (ask !== undefined) this.#link.send(to, { type: 'reply', ask, answer })
  }

  #relay(
    nsp: Namespace,
    packet: Packet,
    selection: Selection,
    without: readonly string[],
    acks?: { readonly counts: Counts; readonly ack: Ack },
    from?: Side,
  ): void {
    const sides = this.#link.sides().filter((side) => side !== from)
    if (sides.length === 0) return
    const { id: _, ...plain } = packet
    const last = nsp.adapter.packets?.at(-1)
    const message: Broadcast = {
      type: 'broadcast',
      nsp: nsp.name,
      wire: toWire(this.#io, { ...plain, nsp: nsp.name }),
      to: wireSelection(selection),
      kept: last !== undefined && last.data === packet.data,
    }
    for (const side of sides) {
      const ask = acks && this.#awaitAcks(side, acks.counts, acks.ack, selection)
      const whole = ask === undefined ? message : { ...message, ask }
      if (side === 'predecessor') {
        const number = this.#sent.add({ nsp: nsp.name, packet: plain, selection, ack: acks?.ack })
        // Of those that are here, it may not know yet that they are no longer there.
        const counted = ask === undefined ? [] : this.#arrived.in(nsp.name)
        this.#link.send(side, { ...whole, number, without: [...without, ...counted] })
      } else {
        const frozen = [...this.#frozen].flatMap(({ sockets }) => sockets.map((socket) => socket.id))
        this.#link.send(side, { ...whole, without: [...without, ...frozen] })
      }
    }
  }

  #awaitAcks(side: Side, counts: Counts, ack: Ack, { flags }: Selection): number {
    let counted = false
    const ask = this.#link.note(side, (given) => {
      const answer = given as AckAnswer
      if (answer !== undefined && 'data' in answer) {
        const data = fromWire(this.#io, answer.data)?.data
        ack(...(Array.isArray(data) ? (data as unknown[]) : []))
      } else if (!counted) {
        counted = true
        counts.add(answer?.count ?? 0)
      }
    })
    const time = typeof flags?.timeout === 'number' ? flags.timeout : ACKS_WITHIN
    setTimeout(() => this.#link.forget(ask), time).unref()
    return ask
  }
}

/** Adds up, over several processes, to how many clients a broadcast has gone. */
class Counts {
  #left: number
  #sum = 0
  readonly #counted: Counted

  constructor(counted: Counted, processes: number) {
    this.#counted = counted
    this.#left = processes
  }

  add(clients: number): void {
    this.#sum += clients
    this.#left -= 1
    if (this.#left === 0) this.#counted(this.#sum)
  }
}

/** The method of the class, which reaches the sockets of this process only. */
function ownMethod(adapter: Adapter): Adapter['broadcastWithAck'] {
  const { broadcastWithAck } = Object.getPrototypeOf(adapter) as Adapter
  return (...args) => broadcastWithAck.apply(adapter, args)
}
