import type { IncomingMessage, ServerResponse } from 'node:http'
import { isReplaying } from '@zerodown/core/kinds'
import type { Forwarding } from './forwarding.ts'
import { canMove } from './in-flight.ts'
import type { KeyOf } from './key-of.ts'
import { isMoving, moveOn } from './kind.ts'
import type { Incoming } from './requests.ts'
import { WaitingRequest } from './waiting-request.ts'
import type { Waiting } from './waiting.ts'
import { WaitingUpgrade } from './waiting-upgrade.ts'

/** Where a session is. `giving`: on its way to the successor. `gone`: it is the successor's. */
export type Place = 'here' | 'giving' | 'gone' | 'unknown'

/** What is known of the sessions of one name in this process. */
export interface Whereabouts {
  /** This process leaves before it was in charge, and its predecessor has the sessions. */
  readonly isRolledBack: boolean
  placeOf(key: string): Place
  /** @returns when one that is not here has come, has gone, or does neither; `undefined`: it is known that it does not come */
  awaited(key: string): Promise<unknown> | undefined
  /** @returns when one that has come can be used, and it is known whether one that goes has gone */
  settled(key: string): Promise<unknown>
  /**
   * The application is about to be given a request of it, which is in flight from now on.
   * @param response `undefined`: the request asks for an upgrade
   */
  begin(key: string, request: IncomingMessage, response: ServerResponse | undefined): void
}

const CANNOT_FOLLOW = 'a request came on a connection that cannot move, to a session that has gone to the successor'
const STAYS = 'a request came to a process whose restart is rolled back, to a session that stays with the predecessor'

/**
 * Brings each request to its session. It goes to the application where the session is here. Otherwise it waits, moves to the
 * successor with its connection, or is forwarded while its connection stays.
 */
export class Routing {
  readonly #keyOf: KeyOf
  readonly #sessions: Whereabouts
  readonly #forwarding: Forwarding

  /** @param keyOf which does not throw */
  constructor(keyOf: KeyOf, sessions: Whereabouts, forwarding: Forwarding) {
    this.#keyOf = keyOf
    this.#sessions = sessions
    this.#forwarding = forwarding
  }

  /** @returns whether the request is kept from the application for now */
  look(incoming: Incoming): boolean {
    const { request } = incoming
    if (isMoving(request.socket)) {
      this.#move(waitWith(incoming))
      return true
    }
    const key = this.#keyOf(request)
    if (key === undefined) return false
    const place = this.#sessions.placeOf(key)
    if (this.#isApart(place, request)) {
      void this.#forward(key, waitWith(incoming))
      return true
    }
    if (place === 'gone' && !isReplaying(request.socket)) {
      // At once, so that what was read behind it goes along: it cannot move on its own, nor the connection without it.
      this.#move(waitWith(incoming))
      return true
    }
    const awaited = place === 'here' ? undefined : this.#sessions.awaited(key)
    if (awaited === undefined) {
      this.#sessions.begin(key, request, 'response' in incoming ? incoming.response : undefined)
      return false
    }
    const waiting = waitWith(incoming)
    if (place === 'unknown' && waiting instanceof WaitingRequest) this.#forwarding.add(key, waiting)
    void awaited.then(() => this.#goOn(key, waiting))
    return true
  }

  async #goOn(key: string, waiting: Waiting): Promise<void> {
    if (waiting instanceof WaitingRequest && (await this.#forwarding.remove(key, waiting))) return
    await this.#sessions.settled(key)
    const { request, response } = waiting
    const place = this.#sessions.placeOf(key)
    // Its client has had the head of the answer: only where it came from can it go on.
    if (place === 'gone' && isReplaying(request.socket)) return void request.socket.destroy()
    if (this.#isApart(place, request)) return this.#forward(key, waiting)
    if (place === 'gone') return this.#move(waiting)
    this.#sessions.begin(key, request, response)
    waiting.release()
  }

  /** Its connection goes to the successor, where its session is. */
  #move(waiting: Waiting): void {
    moveOn(waiting, () => {
      const key = this.#keyOf(waiting.request)
      if (key === undefined) waiting.release()
      else void this.#forward(key, waiting)
    })
  }

  /** Whether a request can neither go where its session is, nor wait for it. */
  #isApart(place: Place, request: IncomingMessage): boolean {
    return place === 'gone' ? !canMove(request) : place === 'unknown' && this.#sessions.isRolledBack
  }

  /** Its connection stays, and the process that has the session answers it. It cannot make a WebSocket of that connection. */
  async #forward(key: string, waiting: Waiting): Promise<void> {
    const hasGone = this.#sessions.placeOf(key) === 'gone'
    const to = hasGone ? 'successor' : 'predecessor'
    if (waiting instanceof WaitingRequest && (await this.#forwarding.forward(key, waiting, to))) return
    waiting.refuse(hasGone ? CANNOT_FOLLOW : STAYS)
  }
}

/** Keeps it from the application. */
const waitWith = (incoming: Incoming): Waiting =>
  'head' in incoming ? new WaitingUpgrade(incoming) : new WaitingRequest(incoming)
