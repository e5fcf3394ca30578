import type { Move } from '@zerodown/core/supervision'
import { isNativeHandle } from '@zerodown/core/supervision'
import type { Slot } from './slot.ts'
import type { WorkerProcess } from './worker-process.ts'

/** How many may be under way to one slot: as many as Node has the kernel hold for a listener by default. */
const MOST = 511

type Connection = object & { close(): void }

/** Which connections a process takes that is about to leave. */
type StillTakes = 'what comes back' | 'nothing'

/**
 * Moves connections from the slot that has accepted them to that of their client. Nobody reads from them here. A copy
 * stays until a process has said that it serves the connection: if it ends before, the next one gets it.
 */
export class Moves {
  readonly #slots: readonly Slot[]
  readonly #leaving = new WeakMap<WorkerProcess, StillTakes>()
  readonly #to = new Map<Slot, number>()
  readonly #from = new Map<Slot, Set<Promise<void>>>()

  constructor(slots: readonly Slot[]) {
    this.#slots = slots
  }

  /** Listens to a process of a slot. */
  follow(slot: Slot, process: WorkerProcess): void {
    process.channel.on('move', (move, connection) => this.#begin(slot, move, connection))
    process.channel.answer('moves-over', ({ forGood }) => this.#end(slot, process, forGood))
  }

  #begin(from: Slot, move: Move, connection: unknown): void {
    if (!isNativeHandle(connection)) return
    const all = this.#from.get(from) ?? new Set()
    const over = this.#move(from, move, connection).finally(() => all.delete(over))
    this.#from.set(from, all.add(over))
  }

  /** One that leaves for good must not miss what comes back to it: nobody else would serve that. */
  async #end(slot: Slot, process: WorkerProcess, forGood: boolean): Promise<boolean> {
    if (forGood) {
      this.#leaving.set(process, 'what comes back')
      await Promise.all(this.#from.get(slot) ?? [])
    }
    this.#leaving.set(process, 'nothing')
    return true
  }

  /** The slot that has accepted it serves it if the other one does not, or too many wait for that. */
  async #move(from: Slot, move: Move, connection: Connection): Promise<void> {
    const to = this.#slots[move.slot - 1]
    const served = to !== undefined && (await this.#giveWithin(MOST, to, move, connection))
    if (!served) await this.#give(from, move, connection, true)
    connection.close()
  }

  async #giveWithin(most: number, slot: Slot, move: Move, connection: Connection): Promise<boolean> {
    const before = this.#to.get(slot) ?? 0
    if (before >= most) return false
    this.#to.set(slot, before + 1)
    const served = await this.#give(slot, move, connection, false)
    this.#to.set(slot, (this.#to.get(slot) ?? 0) - 1)
    return served
  }

  /** @returns whether a process of that slot serves it */
  async #give(slot: Slot, { key, inode }: Move, connection: Connection, back: boolean): Promise<boolean> {
    for (;;) {
      const taker = await this.#taker(slot, back)
      if (taker === undefined) return false
      const outcome = await taker.channel.ask({ type: 'moved', key, inode }, connection)
      if (outcome === 'served') return true
      if (outcome === 'unknown' || outcome === null) return false
      // It leaves, or has ended: the next one is asked.
      this.#leaving.set(taker, 'nothing')
    }
  }

  /** Waits for one, where there is none. @returns `undefined`: there is none in time, or will be none */
  async #taker({ charge }: Slot, back: boolean): Promise<WorkerProcess | undefined> {
    for (let one = charge.holder; ; one = charge.holder) {
      if (one !== undefined && this.#takes(one, back)) return one
      if ((await charge.next(one)) === undefined) return undefined
    }
  }

  #takes(process: WorkerProcess, back: boolean): boolean {
    const still = this.#leaving.get(process)
    return process.channel.open && (still === undefined || (back && still === 'what comes back'))
  }
}
