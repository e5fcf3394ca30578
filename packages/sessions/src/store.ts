import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Peers } from '@zerodown/core/kinds'
import { holdHere, isReplaying, logger, peers } from '@zerodown/core/kinds'
import { Arrivals } from './arrivals.ts'
import { InFlight, canMove } from './in-flight.ts'
import { isMoving, moveOn, stayAll } from './kind.ts'
import { tellToComeBack } from './come-back.ts'
import type { SessionsOptions } from './options.ts'
import { current } from './requests.ts'
import { WaitingRequest } from './waiting-request.ts'

/** Where a session is. `giving`: on its way to the successor. `gone`: it is the successor's. */
type Place = 'here' | 'giving' | 'gone' | 'unknown'

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
  /** Those that go, and when it is known whether they have gone. */
  readonly #giving = new Map<string, Promise<void>>()
  /** Those that have come, and that `take()` is making. */
  readonly #taking = new Map<string, Promise<void>>()
  readonly #gone = new Set<string>()
  readonly #staying = new Set<string>()
  readonly #arrivals: Arrivals
  readonly #peers: Peers
  #leaving = false

  constructor(name: string, options: SessionsOptions<Value, Data>) {
    this.#name = name
    this.#options = options
    this.#peers = peers(`sessions ${name}`, {
      fromPredecessor: (message) => this.#arrive(message as FromPredecessor),
      fromSuccessor: (message) => void this.#asked(String(message)),
      unknownToPredecessor: () => this.#arrivals.settleAll(),
      predecessorGone: () => this.#arrivals.settleAll(),
      successorGone: () => this.#successorGone(),
      committed: () => this.#leave(),
      leaving: () => Promise.allSettled(this.#giving.values()),
    })
    this.#arrivals = new Arrivals((key) => this.#peers.toPredecessor(key), options.patience ?? 30_000)
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
    this.#gone.delete(key)
    const answer = current.getStore()
    if (answer !== undefined && !answer.writableFinished) this.#begin(key, answer.req, answer)
    if (this.#leaving) setImmediate(() => this.#mayGo(key))
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
    if (place === 'gone' && !canMove(request)) {
      tellToComeBack(response, 'a request came too late on a connection that cannot move')
      return true
    }
    const taking = this.#taking.get(key)
    const coming = taking ?? (place === 'unknown' ? this.#arrivals.ask(key) : Promise.resolve(this.#giving.get(key)))
    if (coming === undefined) return false
    const waiting = new WaitingRequest(request, response, toApplication)
    void coming.then(() => this.#goOn(key, waiting))
    return true
  }

  #placeOf(key: string): Place {
    if (this.#giving.has(key)) return 'giving'
    if (this.#here.has(key)) return 'here'
    return this.#gone.has(key) ? 'gone' : 'unknown'
  }

  #begin(key: string, request: IncomingMessage, response: ServerResponse): false {
    const inFlight = this.#inFlight.get(key) ?? new InFlight(() => this.#mayGo(key))
    this.#inFlight.set(key, inFlight)
    inFlight.add(request, response)
    // An event stream needs its session, over there as well.
    holdHere(request, () => this.#here.has(key))
    return false
  }

  async #goOn(key: string, waiting: WaitingRequest): Promise<void> {
    await this.#taking.get(key)
    await this.#giving.get(key)
    const { request } = waiting
    // Its client has had the head of the answer: only where it came from can it go on.
    if (this.#gone.has(key) && isReplaying(request.socket)) return void request.socket.destroy()
    if (this.#gone.has(key) && canMove(request)) return moveOn(waiting)
    if (this.#here.has(key)) this.#begin(key, waiting.request, waiting.response)
    waiting.release()
  }

  #leave(): void {
    this.#leaving = true
    for (const key of this.#here.keys()) this.#mayGo(key)
  }

  /** It leaves after this process, so it has died, and what it had with it. What is still here is served on. */
  #successorGone(): void {
    const lost = this.#gone.size
    this.#gone.clear()
    if (lost > 0) logger.error(`${lost} sessions of ${this.#name} had gone to the successor, and are lost with it.`)
    stayAll()
  }

  #mayGo(key: string): void {
    if (!this.#leaving || this.#staying.has(key) || this.#placeOf(key) !== 'here') return
    if (this.#inFlight.get(key)?.isNeeded === true) return
    const given = this.#give(key).finally(() => this.#giving.delete(key))
    this.#giving.set(key, given)
  }

  async #give(key: string): Promise<void> {
    try {
      const data = await this.#options.give(this.#here.get(key) as Value, key)
      // The application may have ended it meanwhile.
      if (!this.#here.has(key)) return
      if (!this.#peers.toSuccessor({ key, data })) return
      this.delete(key)
      this.#gone.add(key)
    } catch (error) {
      this.#staying.add(key)
      logger.warn(
        `a session of ${this.#name} stays with this process until it ends, as it cannot be given: ${text(error)}`,
      )
    }
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
      logger.error(`a session of ${this.#name} is lost, as it cannot be taken: ${text(error)}`)
    }
  }

  /** The successor has a request for it. */
  async #asked(key: string): Promise<void> {
    await this.#taking.get(key)
    if (this.#placeOf(key) === 'unknown') await this.#arrivals.ask(key)
    if (this.#placeOf(key) === 'here') this.#mayGo(key)
    else if (this.#placeOf(key) !== 'giving') this.#peers.toSuccessor({ key, unknown: true })
  }
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))
