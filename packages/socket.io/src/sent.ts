import type { Ack, IoSocket, Packet, Selection } from './internals/socket-io.ts'

/** A socket is on its way for no longer. ms */
export const LONGEST_WAY = 30_000

interface Sent {
  readonly nsp: string
  readonly packet: Packet
  readonly selection: Selection
  readonly ack: Ack | undefined
}

/** The broadcasts that have gone to the predecessor, for sockets that were on their way when they got there. */
export class SentToPredecessor {
  #all: (Sent & { readonly number: number; readonly at: number })[] = []
  #last = 0

  /** @returns its number */
  add(sent: Sent): number {
    this.#last += 1
    const now = performance.now()
    const tooOld = this.#all.findIndex(({ at }) => at > now - LONGEST_WAY)
    if (tooOld > 0) this.#all.splice(0, tooOld)
    this.#all.push({ ...sent, number: this.#last, at: now })
    return this.#last
  }

  /** Those after one that were meant for a socket. */
  since(number: number, socket: IoSocket): readonly Sent[] {
    return this.#all.filter(
      (sent) => sent.number > number && sent.nsp === socket.nsp.name && isFor(socket, sent.selection),
    )
  }

  clear(): void {
    this.#all = []
  }
}

function isFor({ rooms: its }: IoSocket, { rooms, except }: Selection): boolean {
  const isIn = (some: ReadonlySet<string>): boolean => [...its].some((room) => some.has(room))
  return (rooms.size === 0 || isIn(rooms)) && !(except !== undefined && isIn(except))
}
