import { once } from 'node:events'
import type { ChannelToSuccessor } from '../channel/channel.ts'
import { defer } from '../node/deferred.ts'
import { within } from '../node/within.ts'
import type { Predecessor } from './predecessor.ts'

/** How long a restart waits for the oldest process to finish by itself, before it has it cut what it has in flight. ms */
export const PATIENCE = 10_000

/** How long a process that has to end may take, before a restart goes on without waiting for it. ms */
const ENDING = 10_000

/**
 * The processes of this chain that live up to this one: it, and those before it, each of which drains. A service that is restarted
 * faster than it drains must not fill the machine with them.
 */
export class Chain {
  /** Resolves with `maxGenerations` when this process has to end its drain, so that there is room for a new one. */
  readonly cut: Promise<number>
  readonly #cut = defer<number>()
  readonly #predecessor: Pick<Predecessor, 'channel' | 'gone'> | undefined
  #older: number
  #isAlone: boolean
  #successor: ChannelToSuccessor | undefined
  /** Called when one of the older ones has ended. */
  #ended: () => void = () => {}

  constructor(predecessor: Pick<Predecessor, 'channel' | 'gone'> | undefined) {
    this.cut = this.#cut.promise
    this.#predecessor = predecessor
    this.#isAlone = predecessor === undefined
    this.#older = predecessor === undefined ? 0 : 1
    predecessor?.channel.on('living', ({ processes }) => this.#count(processes))
    void predecessor?.gone.then(() => {
      this.#count(0)
      this.#isAlone = true
    })
  }

  /** How many live: this one and those before it. */
  get living(): number {
    return this.#older + 1
  }

  /** A successor is being started: it has to know how many live, and may ask for room later. */
  follow(successor: ChannelToSuccessor): void {
    this.#successor = successor
    // Whoever hears nothing takes its predecessor for the only one.
    if (this.#older > 0) this.#tell()
    successor.on('make-room', ({ keep, maxGenerations }) => this.#makeRoom(keep, maxGenerations))
  }

  /**
   * Waits for room for a successor, if there is none: as a rule, the oldest process has soon finished what it has in
   * flight. If that takes too long, it has to end.
   * @param signal aborts it: the restart is given up, and nobody has to end for it any more
   * @param patience ms
   * @returns whether there is room in the end, or it is aborted; `undefined`: there is already
   */
  makeRoom(maxGenerations: number, signal: AbortSignal, patience: number = PATIENCE): Promise<boolean> | undefined {
    const keep = maxGenerations - 2
    if (this.#older <= keep) return undefined
    const room = new Promise<void>((resolve) => {
      this.#ended = () => this.#older <= keep && resolve()
    })
    const over = Promise.race([room, once(signal, 'abort')])
    return within(patience, over).then((isOver) => {
      if (isOver) return true
      this.#cutOlder(keep, maxGenerations)
      return within(ENDING, over)
    })
  }

  /** @param keep how many may live up to this one */
  #makeRoom(keep: number, maxGenerations: number): void {
    if (this.living <= keep) return
    if (keep <= 0) this.#cut.resolve(maxGenerations)
    if (this.#older > 0) this.#cutOlder(keep - 1, maxGenerations)
  }

  #cutOlder(keep: number, maxGenerations: number): void {
    this.#predecessor?.channel.send({ type: 'make-room', keep, maxGenerations })
  }

  #count(older: number): void {
    if (this.#isAlone || older === this.#older) return
    this.#older = older
    this.#tell()
    this.#ended()
  }

  #tell(): void {
    this.#successor?.send({ type: 'living', processes: this.living })
  }
}
