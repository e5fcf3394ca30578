/** How many ids to remember: an event that comes twice comes twice soon. */
const MOST = 1000

/**
 * Finds, on a stream that came from a predecessor, the events that come twice: from this process, and from the predecessor,
 * whose application goes on writing to it. Two events with the same id are the same event.
 */
export class OnlyOnce {
  /** Sent since it came, as this process has written them. */
  readonly #own = new Set<string>()
  /** Sent as the predecessor has written them, and not written by this process yet. */
  readonly #late = new Set<string>()
  #waiting: (() => void)[] = []

  /** Whether this process may still write something that was sent already. */
  get hasLate(): boolean {
    return this.#late.size > 0
  }

  /** An event comes from the predecessor. @returns whether it is to be sent */
  isFirst(id: string): boolean {
    return !this.#own.has(id) && add(this.#late, id)
  }

  /** This process writes an event. @returns whether it is to be sent */
  isOwn(id: string): boolean {
    add(this.#own, id)
    return !this.#late.delete(id)
  }

  /** Calls `late` when this process has written the end of an event. */
  waitFor(late: () => void): void {
    this.#waiting.push(late)
  }

  goOn(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const late of waiting) late()
  }
}

/** @returns whether it is new */
function add(ids: Set<string>, id: string): boolean {
  if (ids.has(id)) return false
  ids.add(id)
  const [oldest] = ids
  if (ids.size > MOST && oldest !== undefined) ids.delete(oldest)
  return true
}
