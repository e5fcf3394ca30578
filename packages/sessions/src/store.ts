import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Peers } from '@zerodown/core/kinds'
import { holdHere, isReplaying, logger, peers } from '@zerodown/core/kinds'
import { Arrivals } from './arrivals.ts'
import { Departures } from './departures.ts'
import { InFlight, canMove } from './in-flight.ts'
import { isMoving, moveOn, stayAll } from './kind.ts'
import { tellToComeBack } from './come-back.ts'
import { messageOf } from './message-of.ts'
import type { SessionsOptions } from './options.ts'
import { current } from './requests.ts'
import { WaitingRequest } from './waiting-request.ts'

/** Where a session is. `giving`: on its way to the successor. `gone`: it is the successor's. */
type Place = 'here' | 'giving' | 'gone' | 'unknown'

const CANNOT_FOLLOW = 'a request came on a connection that cannot move, to a session that has gone to the successor'
const STAYS = 'a request came to a process whose restart is rolled back, to a session that stays with the predecessor'

interface FromPredecessor {
  readonly key: string
  readonly data?: unknown
  /** There is no such session. */
  readonly unknown?: true
}

/** The sessions of one name in this process, and those that come and go. */
export class Store<Value, Data> implements Iterable<[string, Value]> {
  readonly #name: string
  readonly #options: SessionsOptions<Value, Data>
  readonly #here = new Map<string, Value>()
  readonly #inFlight = new Map<string, InFlight>()
  /** Those that have come, and that `take()` is making. */
  readonly #taking = new Map<string, Promise<void>>()
  readonly #arrivals: Arrivals
  readonly #departures: Departures<Value, Data>
  readonly #peers: Peers
  /** This process leaves before it was in charge, and its predecessor has the sessions. */
  #rolledBack = false

  constructor(name: string, options: SessionsOptions<Value, Data>) {
    this.#name = name
    this.#options = options
    this.#peers = peers(`sessions ${name}`, {
      fromPredecessor: (message) => this.#arrive(message as FromPredecessor),
      fromSuccessor: (message) => void this.#asked(String(message)),
      unknownToPredecessor: () => this.#arrivals.settleAll(),
      predecessorGone: () => this.#predecessorGone(),
      rolledBack: () => this.#stayBehind(),
      successorGone: () => this.#successorGone(),
      committed: () => this.#departures.begin(),
      leaving: () => this.#departures.end(),
    })
    this.#arrivals = new Arrivals((key) => this.#peers.toPredecessor(key), options.patience ?? 30_000)
    const sessions = {
      here: this.#here,
      isNeeded: (key: string) => this.#inFlight.get(key)?.isNeeded === true,
      delete: (key: string) => this.delete(key),
    }
    this.#departures = new Departures(name, options, sessions, this.#peers)
  }

  get size(): number {
    return this.#here.size
  }

  get(key: string): Value | undefined {
    return this.#here.get(key)
  }

  has(key: string): boolean {
    return this.#here.has(key)
  }

  set(key: string, value: Value): this {
    this.#here.set(key, value)
    const answer = current.getStore()
    if (answer !== undefined && !answer.writableFinished) this.#begin(key, answer.req, answer)
    this.#departures.cameBack(key)
    return this
  }

  delete(key: string): boolean {
    this.#inFlight.delete(key)
    return this.#here.delete(key)
  }

  [Symbol.iterator](): IterableIterator<[string, Value]> {
    return this.#here[Symbol.iterator]()
  }

  /** @returns whether the request is kept from the application for now */
  look(request: IncomingMessage, response: ServerResponse, toApplication: () => boolean): boolean {
    if (isMoving(request.socket)) {
      moveOn(new WaitingRequest(request, response, toApplication))
      return true
    }
    const key = this.#options.keyOf(request)
    if (key === undefined) return false
    const place = this.#placeOf(key)
    if (place === 'here') return this.#begin(key, request, response)
    const apart = this.#whyApart(place, request)
    if (apart !== undefined) {
      tellToComeBack(response, apart)
      return true
    }
    const taking = this.#taking.get(key)
    const coming =
      taking ?? (place === 'unknown' ? this.#arrivals.ask(key) : Promise.resolve(this.#departures.outcome(key)))
    if (coming === undefined) return false
    const waiting = new WaitingRequest(request, response, toApplication)
    void coming.then(() => this.#goOn(key, waiting))
    return true
  }

  #placeOf(key: string): Place {
    if (this.#departures.outcome(key) !== undefined) return 'giving'
    if (this.#here.has(key)) return 'here'
    return this.#departures.hasGone(key) ? 'gone' : 'unknown'
  }

  /** Why a request can neither go where its session is, nor wait for it. */
  #whyApart(place: Place, request: IncomingMessage): string | undefined {
    if (place === 'gone' && !canMove(request)) return CANNOT_FOLLOW
    return place === 'unknown' && this.#rolledBack ? STAYS : undefined
  }

  #begin(key: string, request: IncomingMessage, response: ServerResponse): false {
    const inFlight = this.#inFlight.get(key) ?? new InFlight(() => this.#departures.mayGo(key))
    this.#inFlight.set(key, inFlight)
    inFlight.add(request, response)
    // An event stream needs its session, over there as well.
    holdHere(request, () => this.#here.has(key))
    return false
  }

  async #goOn(key: string, waiting: WaitingRequest): Promise<void> {
    await this.#taking.get(key)
    await this.#departures.outcome(key)
    const { request } = waiting
    const hasGone = this.#departures.hasGone(key)
    // Its client has had the head of the answer: only where it came from can it go on.
    if (hasGone && isReplaying(request.socket)) return void request.socket.destroy()
    if (hasGone && canMove(request)) return moveOn(waiting)
    if (this.#here.has(key)) this.#begin(key, waiting.request, waiting.response)
    else if (this.#rolledBack) return waiting.refuse(STAYS)
    waiting.release()
  }

  #successorGone(): void {
    this.#departures.successorGone()
    stayAll()
  }

  #predecessorGone(): void {
    this.#rolledBack = false
    this.#arrivals.settleAll()
  }

  /** This process leaves, and the sessions of the predecessor stay there. */
  #stayBehind(): void {
    this.#rolledBack = true
    this.#arrivals.settleAll()
    if (this.size === 0) return
    logger.warn(
      `sessions of ${this.#name}: the restart is rolled back, and the ${this.size} that this process made are lost.`,
    )
  }

  #arrive({ key, data, unknown }: FromPredecessor): void {
    if (unknown !== true) {
      const taken = this.#take(key, data as Data).finally(() => {
        this.#taking.delete(key)
        this.#arrivals.settle(key)
      })
      this.#taking.set(key, taken)
    } else if (!this.#taking.has(key)) this.#arrivals.settle(key)
  }

  async #take(key: string, data: Data): Promise<void> {
    try {
      this.set(key, await this.#options.take(data, key))
    } catch (error) {
      logger.error(`a session of ${this.#name} is lost, as it cannot be taken: ${messageOf(error)}`)
    }
  }

  /** The successor has a request for it. */
  async #asked(key: string): Promise<void> {
    this.#departures.heardOf()
    await this.#taking.get(key)
    if (this.#placeOf(key) === 'unknown') await this.#arrivals.ask(key)
    if (this.#placeOf(key) === 'here') this.#departures.mayGo(key)
    else if (this.#placeOf(key) !== 'giving') this.#peers.toSuccessor({ key, unknown: true })
  }
}
