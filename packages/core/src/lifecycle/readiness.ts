import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers'
import type { AttachedServer } from '../servers/attached-server.ts'
import type { InheritedListeners } from '../listeners/inherited.ts'

/** How long new code may take from one `listen()` to the next before an inherited listener counts as unwanted. ms */
const SETTLE_TIME = 1000

/**
 * Tells when a process is ready by itself: when all attached servers listen, and all inherited listeners are adopted or
 * were given some time to be.
 */
export class Readiness {
  readonly #attached: ReadonlySet<AttachedServer>
  readonly #inherited: InheritedListeners
  readonly #ready: () => void
  readonly #misplaced: (forGood: boolean) => void
  #settling: NodeJS.Timeout | undefined
  #checking: NodeJS.Immediate | undefined

  /**
   * @param misplaced it listens on other addresses, and on none of those that it was to take over; not for good where that
   *   is any port, as a tool's server has, which may come before the program's own
   */
  constructor(
    attached: ReadonlySet<AttachedServer>,
    inherited: InheritedListeners,
    { ready, misplaced }: { ready: () => void; misplaced: (forGood: boolean) => void },
  ) {
    this.#attached = attached
    this.#inherited = inherited
    this.#ready = ready
    this.#misplaced = misplaced
  }

  /** The servers that are to listen and do not yet. Where another one listens, those that any port would do for are none. */
  get pending(): number {
    const attached = [...this.#attached]
    const ports = new Set(attached.filter(({ listening }) => listening).map(({ port }) => port))
    const pending = attached.filter(({ listening }) => !listening)
    if (pending.length === attached.length) return pending.length
    // One that could not have an address of a port where another listens has only looked whether the port is free.
    return pending.filter((it) => !it.ephemeral && !(it.failedToListen && ports.has(it.port))).length
  }

  /** Whether all that is attached listens, and it is only a turn of the event loop until that counts. */
  get imminent(): boolean {
    return this.#checking !== undefined && this.#attached.size > 0 && this.pending === 0
  }

  /** Looks again, once the code that runs now has had its turn: it may attach the next server right away. */
  check(): void {
    this.cancel()
    this.#checking = setImmediate(() => {
      this.#checking = undefined
      if (this.#attached.size === 0 || this.pending > 0) return
      if (this.#inherited.wanted.length === 0) this.#ready()
      else this.#settling = setTimeout(() => this.#settle(), SETTLE_TIME)
    })
  }

  /** Whether a server listens by which the program can be known; some tool's, on a port of its own, may come first. */
  get #begun(): boolean {
    return [...this.#attached].some(
      (it) => it.listening && !it.aside && (!it.ephemeral || it.inheritedAs !== undefined),
    )
  }

  #settle(): void {
    if (this.#inherited.noneAdopted && this.newcomers.length > 0) this.#misplaced(this.#begun)
    else if (this.#begun) this.#ready()
  }

  /** Those that listen on what is not inherited. */
  get newcomers(): AttachedServer[] {
    return [...this.#attached].filter(({ listening, inheritedAs }) => listening && inheritedAs === undefined)
  }

  cancel(): void {
    clearTimeout(this.#settling)
    clearImmediate(this.#checking)
    this.#checking = undefined
  }
}
