import type { ChannelToSuccessor } from '../channel/channel.ts'
import { defer } from '../node/deferred.ts'
import { within } from '../node/within.ts'
import type { Predecessor } from './predecessor.ts'

/** How long a process that has to end may take, before a restart goes on without waiting for it. ms */
const PATIENCE = 10_000

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
   * Has the oldest processes end, if there is no room for a successor.
   * @returns whether there is in the end; `undefined`: there is already
   */
  makeRoom(maxGenerations: number): Promise<boolean> | undefined {
    const keep = maxGenerations - 2
    if (this.#older <= keep) return undefined
    this.#cutOlder(keep, maxGenerations)
    const room = new Promise<void>((resolve) => {
      this.#ended = () => this.#older <= keep && resolve()
    })
    return within(PATIENCE, room)
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
