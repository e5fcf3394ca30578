import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers'
import { keyOf } from '../listeners/key.ts'
import { isInCharge } from '../restart/origin.ts'
import type { AttachedServer } from '../servers/attached-server.ts'
import type { Context } from './context.ts'

/**
 * How long new code may take between one `listen()` and the next, before an inherited listener counts as unwanted. ms
 */
const SETTLE_TIME = 1000

export interface ReadinessEvents {
  ready(): void
  /**
   * It listens on other addresses, and on none of those that it was to take over.
   * @param forGood not where what listens may be a tool's server, on any port, which comes before the program's own
   */
  misplaced(message: string, forGood: boolean): void
}

/**
 * Decides when a process is ready: when the application says so; or by itself, when all attached servers listen, and all
 * inherited listeners are adopted or were given some time to be.
 */
export class Readiness {
  readonly #context: Pick<Context, 'settings' | 'origin' | 'servers' | 'state'>
  readonly #events: ReadinessEvents
  #said: boolean
  #settling: NodeJS.Timeout | undefined
  #checking: NodeJS.Immediate | undefined

  /** @param said whether the application has said before that it is ready: then it is when all its servers listen */
  constructor(
    context: Pick<Context, 'settings' | 'origin' | 'servers' | 'state'>,
    said: boolean,
    events: ReadinessEvents,
  ) {
    this.#context = context
    this.#said = said
    this.#events = events
  }

  /** The application says that it is ready. */
  say(): void {
    this.#said = true
    this.cancel()
    if (this.#context.state.current === 'starting') this.#events.ready()
  }

  /** What it waits for; `undefined` where it is only a turn of the event loop until it is ready. */
  get waitsFor(): string | undefined {
    if (this.#checking !== undefined && this.#servers.length > 0 && this.#pending === 0) return undefined
    return this.#pending > 0 ? 'its servers to listen' : 'zerodown.ready()'
  }

  /** Looks again, once the code that runs now has had its turn: it may attach the next server right away. */
  check(): void {
    const { state, settings } = this.#context
    if (state.current !== 'starting' || (settings.readiness === 'manual' && !this.#said)) return
    this.cancel()
    this.#checking = setImmediate(() => {
      this.#checking = undefined
      if (this.#servers.length === 0 || this.#pending > 0) return
      if (this.#context.origin.listeners.wanted.length === 0) this.#events.ready()
      else this.#settling = setTimeout(() => this.#settle(), SETTLE_TIME)
    })
  }

  cancel(): void {
    clearTimeout(this.#settling)
    clearImmediate(this.#checking)
    this.#checking = undefined
  }

  get #servers(): AttachedServer[] {
    return [...this.#context.servers]
  }

  /** The servers that are to listen and do not yet. Where another one listens, those that any port would do for are none. */
  get #pending(): number {
    const servers = this.#servers
    const ports = new Set(servers.filter(({ listening }) => listening).map(({ port }) => port))
    const pending = servers.filter(({ listening }) => !listening)
    if (pending.length === servers.length) return pending.length
    // One that could not have an address of a port where another listens has only looked whether the port is free.
    return pending.filter((it) => !it.ephemeral && !(it.failedToListen && ports.has(it.port))).length
  }

  /** Whether a server listens by which the program can be known; some tool's, on a port of its own, may come first. */
  get #begun(): boolean {
    return this.#servers.some((it) => it.listening && !it.aside && (!it.ephemeral || it.inheritedAs !== undefined))
  }

  /** Those that listen on what is not inherited. */
  get #newcomers(): AttachedServer[] {
    return this.#servers.filter(({ listening, inheritedAs }) => listening && inheritedAs === undefined)
  }

  #settle(): void {
    const { origin } = this.#context
    const replaces = !isInCharge(origin) && !this.#said
    if (replaces && origin.listeners.noneAdopted && this.#newcomers.length > 0) {
      this.#events.misplaced(this.#explainMisplaced(), this.#begun)
    } else if (this.#begun) this.#events.ready()
  }

  /** It would be refused where clients ask for it: worse than no restart. */
  #explainMisplaced(): string {
    const here = this.#newcomers.map(({ key }) => key).join(', ')
    const there = this.#context.origin.listeners.wanted.map(({ bound }) => keyOf(bound)).join(', ')
    return (
      `it listens on ${here} in place of ${there}, which it was to take over. If it looks for a free port, make it ` +
      'keep to its own (by an option such as --strictPort). If its addresses are to change, stop and start the ' +
      'service, or have the new one call zerodown.ready().'
    )
  }
}
