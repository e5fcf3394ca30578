import { setTimeout as wait } from 'node:timers/promises'
import type { Peers } from '@zerodown/core/kinds'
import { logger } from '@zerodown/core/kinds'
import type { CallMessage, Report } from './messages.ts'
import { callMessage } from './messages.ts'
import { LostMessages } from './lost-messages.ts'
import type { Call } from './outbox.ts'
import { Outbox } from './outbox.ts'
import type { StandIn } from './stand-in.ts'

/** A WebSocket that has moved: its stand-in, how to release that, and what is done with it. */
interface Moved {
  readonly standIn: StandIn
  readonly outbox: Outbox
  readonly release: () => void
}

/** The WebSockets that have moved from this process to its successor. */
export class MovedSockets {
  readonly #peers: Pick<Peers, 'toSuccessor'>
  readonly #frozen = new Map<number, StandIn>()
  readonly #moved = new Map<number, Moved>()
  /** The callbacks of calls that the successor has not done yet. */
  readonly #callbacks = new Map<number, NonNullable<Call['callback']>>()
  /** Calls of this turn of the event loop, which go together. */
  #together: CallMessage[] = []
  #lastId = 0
  #lastCall = 0
  readonly #lost = new LostMessages()
  #stayUntil = 0
  #ending = false

  constructor(peers: Pick<Peers, 'toSuccessor'>) {
    this.#peers = peers
  }

  /**
   * A WebSocket is frozen. The successor may have read an answer to a ping before this process knows that it has taken it.
   * @returns the number by which both processes know it
   */
  freeze(standIn: StandIn): number {
    this.#lastId += 1
    this.#frozen.set(this.#lastId, standIn)
    return this.#lastId
  }

  /** It stays here. */
  thaw(id: number): void {
    this.#frozen.delete(id)
  }

  /**
   * The successor has it.
   * @param release called when this process is about to end
   * @param answersWithin how long it stays for this one, ms
   */
  add(id: number, release: () => void, answersWithin: number): void {
    const standIn = this.#frozen.get(id)
    if (standIn === undefined) return
    this.#frozen.delete(id)
    const outbox = new Outbox((call) => this.#send(id, call))
    this.#moved.set(id, { standIn, outbox, release })
    this.#stayUntil = Math.max(this.#stayUntil, performance.now() + answersWithin)
    standIn.moved((call) => outbox.push(call))
  }

  /**
   * Called when nothing is in flight here any more.
   * @param time how long this process may still stay, ms
   * @returns when handlers have had their time, and everything that was said here has arrived
   */
  leave(time: number): Promise<void> | undefined {
    return this.#moved.size === 0 ? undefined : this.#leaveAfter(Math.min(this.#stayUntil - performance.now(), time))
  }

  async #leaveAfter(time: number): Promise<void> {
    if (time > 0) {
      const [rest, count] = [Math.ceil(time), this.#moved.size]
      logger.info(`staying ${rest} ms for late answers to WebSockets that have moved (${count}); answersWithin says so`)
      await wait(time)
    }
    for (const { release } of this.#moved.values()) release()
    this.flush()
    await new Promise<void>((resolve) => {
      const call = this.#note(() => resolve())
      if (!this.#peers.toSuccessor({ leaves: call })) resolve()
    })
  }

  /** The process ends, and nothing is done later any more. What it sends from here on goes at once. */
  end(): void {
    this.#ending = true
    this.flush()
    this.#lost.end([...this.#moved.values()].reduce((sum, { outbox }) => sum + outbox.waiting, 0))
  }

  /** What the successor reports. */
  hear(report: Report): void {
    if ('called' in report) {
      const callback = this.#callbacks.get(report.called)
      this.#callbacks.delete(report.called)
      callback?.(report.error === undefined ? undefined : new Error(report.error))
    } else if ('pong' in report) {
      const standIn = this.#moved.get(report.id)?.standIn ?? this.#frozen.get(report.id)
      standIn?.pong(Buffer.from(report.pong, 'base64'))
    } else if ('closed' in report) {
      const moved = this.#moved.get(report.id)
      this.#moved.delete(report.id)
      moved?.standIn.closed(report.closed, Buffer.from(report.reason, 'base64'))
    }
  }

  /** Nobody is left to do what was asked for. */
  successorGone(): void {
    const callbacks = [...this.#callbacks.values()]
    this.#callbacks.clear()
    for (const callback of callbacks) callback(gone())
  }

  /** Sends what was called in this turn. To be called before the successor is told something that has to come behind it. */
  flush(): void {
    const calls = this.#together
    if (calls.length === 0) return
    this.#together = []
    if (this.#peers.toSuccessor(calls.length === 1 ? calls[0] : { calls })) return
    this.#lost.add(calls.filter(({ method }) => method === 'send').length)
    for (const { call } of calls) {
      const callback = this.#callbacks.get(call ?? 0)
      this.#callbacks.delete(call ?? 0)
      if (callback !== undefined) process.nextTick(callback, gone())
    }
  }

  /**
   * What the application sends in one turn stays together: messages of the new process come before or behind it. A packet of
   * Socket.IO may be several messages, and others of its kind between them would end the connection.
   */
  #send(id: number, call: Call): void {
    if (this.#together.length === 0) process.nextTick(() => this.flush())
    this.#together.push(callMessage(id, call, call.callback && this.#note(call.callback)))
    if (this.#ending) this.flush()
  }

  /** @returns the number by which the successor says that it has done what is called back */
  #note(callback: NonNullable<Call['callback']>): number {
    this.#lastCall += 1
    this.#callbacks.set(this.#lastCall, callback)
    return this.#lastCall
  }
}

const gone = (): Error => new Error('The WebSocket has moved to another process, and that has gone.')
