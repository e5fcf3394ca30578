import type { Peers } from '@zerodown/core/kinds'
import { logger } from '@zerodown/core/kinds'
import { messageOf } from './message-of.ts'
import type { SessionsOptions } from './options.ts'

/** What departures have to know of the sessions of this process. */
export interface Sessions<Value> {
  readonly here: ReadonlyMap<string, Value>
  /** Whether something of it is in flight in this process. */
  isNeeded(key: string): boolean
  delete(key: string): void
}

/**
 * Whether sessions go to the successor. `asking`: it is in charge, and is asked whether it has sessions of that name.
 * `unknown there`: it has none, so that nobody would take them.
 */
type Going = 'no' | 'asking' | 'yes' | 'unknown there'

/** The sessions of one name that go to the successor, and those that have gone. */
export class Departures<Value, Data> {
  readonly #name: string
  readonly #give: SessionsOptions<Value, Data>['give']
  readonly #sessions: Sessions<Value>
  readonly #peers: Peers
  /** Those that go, and when it is known whether they have gone. */
  readonly #giving = new Map<string, Promise<void>>()
  readonly #gone = new Set<string>()
  readonly #staying = new Set<string>()
  #going: Going = 'no'
  /** Resolves when it is known whether they go. */
  #begun: Promise<void> | undefined
  #warned = false

  constructor(name: string, { give }: SessionsOptions<Value, Data>, sessions: Sessions<Value>, peers: Peers) {
    this.#name = name
    this.#give = give
    this.#sessions = sessions
    this.#peers = peers
  }

  /** The successor is in charge: if it has sessions of that name, all go that are not needed here. */
  begin(): void {
    this.#going = 'asking'
    this.#begun = this.#ask()
  }

  /** The successor has sessions of that name. It may have made them so late that it had none at the commit. */
  heardOf(): void {
    if (this.#going === 'unknown there') this.#goAll()
  }

  /** It is here, and goes if it can. */
  mayGo(key: string): void {
    if (this.#going !== 'yes' || this.#staying.has(key) || this.#giving.has(key)) return
    if (!this.#sessions.here.has(key) || this.#sessions.isNeeded(key)) return
    const given = this.#go(key).finally(() => this.#giving.delete(key))
    this.#giving.set(key, given)
  }

  /** Whether it goes as soon as nothing of it is in flight here. */
  leavesSoon(key: string): boolean {
    return (this.#going === 'yes' || this.#going === 'asking') && !this.#staying.has(key)
  }

  /** Whether none will go, as the successor has no sessions of that name. */
  get areUnknownThere(): boolean {
    return this.#going === 'unknown there'
  }

  /** @returns when it is known whether it has gone; `undefined`: it is not on its way */
  outcome(key: string): Promise<void> | undefined {
    return this.#giving.get(key)
  }

  hasGone(key: string): boolean {
    return this.#gone.has(key)
  }

  /** One of that key is here again. */
  cameBack(key: string): void {
    this.#gone.delete(key)
    if (this.#going === 'yes') setImmediate(() => this.mayGo(key))
  }

  /** This process leaves. @returns when none is on its way any more */
  async end(): Promise<void> {
    await this.#begun
    if (this.#going === 'unknown there') this.#warn()
    await Promise.allSettled(this.#giving.values())
  }

  /** The successor has died, and what it had with it: it leaves after this process. What is still here is served on. */
  successorGone(): void {
    this.#going = 'no'
    const lost = this.#gone.size
    this.#gone.clear()
    if (lost > 0) logger.error(`${lost} sessions of ${this.#name} had gone to the successor, and are lost with it.`)
  }

  async #ask(): Promise<void> {
    const known = await this.#peers.isInSuccessor()
    if (this.#going !== 'asking') return
    if (known !== false) return this.#goAll()
    this.#going = 'unknown there'
    this.#warn()
  }

  #goAll(): void {
    this.#going = 'yes'
    for (const key of this.#sessions.here.keys()) this.mayGo(key)
  }

  async #go(key: string): Promise<void> {
    const { here } = this.#sessions
    try {
      const data = await this.#give(here.get(key) as Value, key)
      // The application may have ended it meanwhile.
      if (!here.has(key)) return
      if (!this.#peers.toSuccessor({ key, data })) return
      this.#sessions.delete(key)
      this.#gone.add(key)
    } catch (error) {
      this.#staying.add(key)
      logger.warn(
        `a session of ${this.#name} stays with this process until it ends, as it cannot be given: ${messageOf(error)}`,
      )
    }
  }

  #warn(): void {
    const { size } = this.#sessions.here
    if (this.#warned || size === 0) return
    this.#warned = true
    logger.warn(
      `sessions of ${this.#name}: the new release has none of that name. This process keeps its ${size} until it ends, ` +
        'and they are lost then.',
    )
  }
}
