import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Socket } from 'node:net'
import type { LeavingKind } from '../kinds/guarded.ts'
import { guarded } from '../kinds/guarded.ts'
import type { ConnectionKind } from '../kinds/kind.ts'
import { Copies } from './copies.ts'
import { Frozen } from './frozen.ts'
import { Passing } from './passing.ts'
import type { Idle, Source } from './sources.ts'
import { Sources, isStillIdle } from './sources.ts'
import type { Fate, SocketSender } from './socket-sender.ts'
import { WakeUp } from './wake-up.ts'
import { Window } from './window.ts'

/** How often to look for what no event tells, such as an upload that ends after its answer. Only while draining. ms */
const LOOK_AGAIN = 50

/**
 * The share of the drain in which to wait for a connection that was not idle when its turn came. The rest is for its
 * client to send one more request, and to be told to close.
 */
const PATIENCE = 1 / 2

/**
 * Moves the connections of one kind to the successor, in two steps. First the successor gets a copy of each, which it
 * only holds. That takes a round trip for each, and they are served here meanwhile. Then each connection is passed on
 * as soon as it is idle. That takes one message, and the connection is frozen no longer than the message needs.
 */
export class Mover {
  readonly #kind: LeavingKind
  readonly #sender: SocketSender
  readonly #sources: Sources
  readonly #copies: Copies
  /**
   * Connections that were frozen when they may have become idle (a response was finished), since we never find one of a
   * busy client idle. In the next turn they are passed on, or thawed.
   */
  readonly #reserved = new Map<Socket, Frozen>()
  /** Found idle the last time we looked. */
  #queue: Idle[] = []
  readonly #passing: Passing
  readonly #window: Window
  #running = false
  readonly #time: number
  #ended = false
  #late = false
  readonly #wakeUp = new WakeUp()

  /**
   * @param time how long the drain may take, ms
   * @param failed called with what the kind has thrown
   */
  constructor(kind: ConnectionKind, sender: SocketSender, time: number, failed: (error: unknown) => void) {
    this.#kind = guarded(kind, (error, socket) => {
      if (socket !== undefined) this.#copies.refuse(socket)
      failed(error)
    })
    this.#sender = sender
    this.#time = time
    this.#passing = new Passing(sender, (frozen, fate) => this.#settle(frozen, fate))
    this.#window = new Window(kind.most)
    this.#sources = new Sources(this.#kind)
    this.#copies = new Copies(this.#kind, sender, this.#sources)
  }

  /**
   * Whether it will move, as far as one can know. Otherwise it lingers. Of thousands of busy connections not all move
   * in time, and to a successor that is stuck none does; what is in flight on them at the end of the drain would be
   * cut.
   */
  canMove(socket: Socket): boolean {
    return !this.#over && !this.#late && !this.#copies.refused(socket)
  }

  add(source: Source): void {
    this.#sources.add(source)
    const { server, connections } = source
    for (const socket of this.#kind.findStuck?.(server, connections.open) ?? []) this.#copies.refuse(socket)
    if (!this.#running) void this.#run()
    this.#running = true
  }

  /** Called when everything has moved or closed, or the time is up. */
  stop(): void {
    this.#ended = true
    this.#wakeUp.call()
  }

  async #run(): Promise<void> {
    const unfollow = this.#kind.followIdle?.((socket) => this.#mayBeIdle(socket))
    const again = setInterval(() => this.#wakeUp.call(), LOOK_AGAIN).unref()
    const late = setTimeout(() => (this.#late = true), this.#time * PATIENCE).unref()
    try {
      // Each step in a turn of its own: by then, what was written in the last turn has left, or is known to wait.
      await nextTurn()
      await this.#copies.make()
      await this.#sender.hasRead()
      for (; !this.#over; await this.#wakeUp.wait()) {
        if (this.#reserved.size === 0) await this.#copies.make()
        await this.#passAll()
      }
    } finally {
      clearInterval(again)
      clearTimeout(late)
      unfollow?.()
      for (const frozen of this.#reserved.values()) frozen.thaw()
    }
  }

  get #over(): boolean {
    return this.#ended || !this.#sender.open
  }

  #mayBeIdle(socket: Socket): void {
    if (this.#copies.holds(socket)) this.#reserve(socket)
    else this.#copies.mayBeIdle(socket)
    this.#wakeUp.call()
  }

  #reserve(socket: Socket): void {
    if (!this.#wakeUp.awaited || this.#reserved.size >= this.#window.size) return
    if (this.#reserved.has(socket) || this.#passing.has(socket)) return
    const frozen = Frozen.freeze(this.#kind, socket)
    if (frozen !== undefined) this.#reserved.set(socket, frozen)
  }

  /** Passes on as many at a time as may be frozen, until none is idle. */
  async #passAll(): Promise<void> {
    const idle = this.#sources
      .findIdle()
      .filter(({ socket }) => this.#copies.holds(socket) && !this.#passing.has(socket))
    this.#thawBusy(new Set(idle.map(({ socket }) => socket)))
    // Those that are frozen already come first.
    this.#queue = idle.toSorted((a, b) => Number(this.#reserved.has(a.socket)) - Number(this.#reserved.has(b.socket)))
    // The next ones are frozen when the successor has these: otherwise they would wait for these as well.
    for (let frozen = this.#freezeNext(); frozen.length > 0; frozen = this.#freezeNext()) {
      await this.#window.measure(this.#passing.pass(frozen))
    }
  }

  /** Thaws those on which more had arrived before they were frozen. */
  #thawBusy(idle: ReadonlySet<Socket>): void {
    for (const [socket, frozen] of this.#reserved) {
      if (idle.has(socket)) continue
      frozen.thaw()
      this.#reserved.delete(socket)
    }
  }

  /** Freezes as many as may be. */
  #freezeNext(): Frozen[] {
    const next: Frozen[] = []
    const most = Math.min(this.#window.size, this.#passing.room)
    while (!this.#over && next.length < most) {
      const idle = this.#queue.pop()
      if (idle === undefined) break
      const frozen = this.#freeze(idle)
      if (frozen !== undefined) next.push(frozen)
    }
    return next
  }

  #freeze(idle: Idle): Frozen | undefined {
    const { socket } = idle
    const reserved = this.#reserved.get(socket)
    this.#reserved.delete(socket)
    if (reserved === undefined) return isStillIdle(idle) ? Frozen.freeze(this.#kind, socket) : undefined
    if (isStillIdle(idle) && reserved.freezeAgain()) return reserved
    reserved.thaw()
    return undefined
  }

  #settle(frozen: Frozen, fate: Fate): void {
    const { socket } = frozen
    frozen.settle(fate)
    if (fate === 'refused') this.#copies.refuse(socket)
    else this.#sources.of(socket)?.moved(socket, fate, frozen.leave())
    // There may be room for others.
    this.#wakeUp.call()
  }
}
