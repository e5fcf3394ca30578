import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Peers, PipeAnswer } from '@zerodown/core/kinds'
import { holdHere, logger, peers } from '@zerodown/core/kinds'
import { Arrivals } from './arrivals.ts'
import { Departures } from './departures.ts'
import type { Neighbour } from './forwarding.ts'
import { Forwarding } from './forwarding.ts'
import { InFlight } from './in-flight.ts'
import { withoutErrors } from './key-of.ts'
import { stayAll } from './kind.ts'
import { messageOf } from './message-of.ts'
import type { FromPredecessor, FromSuccessor, PipeOffer } from './messages.ts'
import type { SessionsOptions } from './options.ts'
import { current } from './requests.ts'
import type { Place, Whereabouts } from './routing.ts'
import { Routing } from './routing.ts'

/** For how long requests wait for a session that is in use elsewhere, before they are forwarded. ms */
const SOON = 500

/** The sessions of one name in this process, and those that come and go. */
export class Store<Value, Data> implements Iterable<[string, Value]>, Whereabouts {
  readonly routing: Routing
  readonly #name: string
  readonly #take: SessionsOptions<Value, Data>['take']
  readonly #patience: number
  readonly #here = new Map<string, Value>()
  readonly #inFlight = new Map<string, InFlight>()
  /** Those that have come, and that `take()` is making. */
  readonly #taking = new Map<string, Promise<void>>()
  readonly #arrivals: Arrivals
  readonly #departures: Departures<Value, Data>
  readonly #forwarding: Forwarding
  readonly #peers: Peers
  #rolledBack = false

  constructor(name: string, options: SessionsOptions<Value, Data>) {
    this.#name = name
    this.#take = options.take
    this.#patience = options.patience ?? 30_000
    this.#peers = peers(`sessions ${name}`, {
      fromPredecessor: (message, handle) => this.#hearPredecessor(message as FromPredecessor, handle),
      fromSuccessor: (message, handle) => this.#hearSuccessor(message as FromSuccessor, handle),
      unknownToPredecessor: () => this.#arrivals.settleAll(),
      predecessorGone: () => this.#predecessorGone(),
      rolledBack: () => this.#stayBehind(),
      successorGone: () => this.#successorGone(),
      committed: () => this.#departures.begin(),
      leaving: () => this.#departures.end(),
    })
    this.#arrivals = new Arrivals((key) => this.#peers.toPredecessor({ ask: key }), this.#patience)
    const sessions = {
      here: this.#here,
      isNeeded: (key: string) => this.#inFlight.get(key)?.isNeeded === true,
      delete: (key: string) => this.delete(key),
    }
    this.#departures = new Departures(name, options, sessions, this.#peers)
    this.#forwarding = new Forwarding(this.#peers)
    this.routing = new Routing(withoutErrors(options.keyOf, name), this, this.#forwarding)
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
    if (answer !== undefined && !answer.writableFinished) this.begin(key, answer.req, answer)
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

  get isRolledBack(): boolean {
    return this.#rolledBack
  }

  placeOf(key: string): Place {
    if (this.#departures.outcome(key) !== undefined) return 'giving'
    if (this.#here.has(key)) return 'here'
    return this.#departures.hasGone(key) ? 'gone' : 'unknown'
  }

  awaited(key: string): Promise<unknown> | undefined {
    const taking = this.#taking.get(key)
    if (taking !== undefined) return taking
    return this.placeOf(key) === 'unknown' ? this.#arrivals.ask(key) : this.settled(key)
  }

  async settled(key: string): Promise<void> {
    await this.#taking.get(key)
    await this.#departures.outcome(key)
  }

  begin(key: string, request: IncomingMessage, response: ServerResponse | undefined): void {
    if (this.#here.has(key)) this.#inFlightOf(key).add(request, response)
    // An event stream, or a WebSocket, needs its session over there as well: also one that is made later.
    holdHere(request, () => this.#here.has(key) && !this.#departures.areUnknownThere)
  }

  #inFlightOf(key: string): InFlight {
    const inFlight = this.#inFlight.get(key) ?? new InFlight(() => this.#departures.mayGo(key))
    this.#inFlight.set(key, inFlight)
    return inFlight
  }

  #successorGone(): void {
    this.#departures.successorGone()
    this.#forwarding.gone('successor')
    stayAll()
  }

  #predecessorGone(): void {
    this.#rolledBack = false
    this.#forwarding.gone('predecessor')
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

  #hearPredecessor(message: FromPredecessor, handle: unknown): void {
    if ('pipe' in message) return this.#hearOfPipe('predecessor', message, handle)
    const { key, data, unknown, later } = message
    if (later === true) {
      this.#forwarding.forwardAll(key)
      // It may have asked as well.
      this.#peers.toSuccessor({ key, later })
    } else if (unknown !== true) {
      const taken = this.#arrive(key, data as Data).finally(() => {
        this.#taking.delete(key)
        this.#arrivals.settle(key)
      })
      this.#taking.set(key, taken)
    } else if (!this.#taking.has(key)) this.#arrivals.settle(key)
  }

  #hearSuccessor(message: FromSuccessor, handle: unknown): void {
    if ('pipe' in message) this.#hearOfPipe('successor', message, handle)
    else void this.#asked(message.ask)
  }

  #hearOfPipe(from: Neighbour, message: PipeOffer | PipeAnswer, handle: unknown): void {
    if ('taken' in message) return this.#forwarding.answered(from, message)
    const place = this.placeOf(message.key)
    // Of a session that goes or has gone, the request need not come here.
    const socket = this.#forwarding.take(from, message, handle, place === 'here' || place === 'unknown')
    if (socket !== undefined && place === 'here') this.#inFlightOf(message.key).bind(socket)
  }

  async #arrive(key: string, data: Data): Promise<void> {
    try {
      this.set(key, await this.#take(data, key))
    } catch (error) {
      logger.error(`a session of ${this.#name} is lost, as it cannot be taken: ${messageOf(error)}`)
    }
  }

  /** The successor has a request for it. */
  async #asked(key: string): Promise<void> {
    this.#departures.heardOf()
    await this.#taking.get(key)
    if (this.placeOf(key) === 'unknown') await this.#arrivals.ask(key)
    if (this.placeOf(key) === 'here') this.#departures.mayGo(key)
    else if (this.placeOf(key) !== 'giving') this.#peers.toSuccessor({ key, unknown: true })
    if (this.#departures.leavesSoon(key)) await wait(Math.min(SOON, this.#patience / 2), undefined, { ref: false })
    if (this.placeOf(key) === 'here') this.#peers.toSuccessor({ key, later: true })
  }
}
