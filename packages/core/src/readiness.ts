import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers'
import type { AttachedServer } from './attached-server.ts'
import type { InheritedListeners } from './listeners/inherited.ts'

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
  #settling: NodeJS.Timeout | undefined
  #checking: NodeJS.Immediate | undefined

  constructor(attached: ReadonlySet<AttachedServer>, inherited: InheritedListeners, ready: () => void) {
    this.#attached = attached
    this.#inherited = inherited
    this.#ready = ready
  }

  /** The servers that are to listen and do not yet. Where another one listens, those that any port would do for are none. */
  get pending(): number {
    const pending = [...this.#attached].filter(({ server }) => !server.listening)
    if (pending.length === this.#attached.size) return pending.length
    return pending.filter(({ ephemeral }) => !ephemeral).length
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
      else if (this.#begun) this.#settling = setTimeout(this.#ready, SETTLE_TIME)
    })
  }

  /** Whether a server listens by which the program can be known; some tool's, on a port of its own, may come first. */
  get #begun(): boolean {
    return [...this.#attached].some((it) => it.server.listening && (!it.ephemeral || it.inheritedAs !== undefined))
  }

  cancel(): void {
    clearTimeout(this.#settling)
    clearImmediate(this.#checking)
    this.#checking = undefined
  }
}
