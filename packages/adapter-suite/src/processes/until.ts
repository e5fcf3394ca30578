import { setTimeout as sleep } from 'node:timers/promises'

/** How often to look at a condition. ms */
const INTERVAL = 5

/** A look that takes long, such as one at all processes, must not take the processor from what is waited for. */
const TIMES_ITS_COST = 10

type Text = string | (() => string)
type Found<T> = Exclude<T, undefined | false | null>

/**
 * Waits for a condition that no event tells of: fulfils with its first value that is not undefined, false or null.
 * @throws after `timeout` ms, saying what was waited for; the cause is what the condition had last thrown.
 */
export async function until<T>(condition: () => T | Promise<T>, what: Text, timeout = 10_000): Promise<Found<T>> {
  const deadline = performance.now() + timeout
  let cause: unknown
  while (true) {
    const began = performance.now()
    let cost = 0
    try {
      const looking = condition()
      // What it awaits leaves the processor to others.
      cost = performance.now() - began
      const value = await looking
      if (isFound(value)) return value
      cause = undefined
    } catch (error) {
      cause = error
    }
    if (performance.now() > deadline) throw late(what, timeout, cause)
    await sleep(Math.max(INTERVAL, TIMES_ITS_COST * cost))
  }
}

/** Tells those who wait for a condition when to look at it again. */
export class Watch {
  #look = new Set<() => void>()

  notify(): void {
    for (const look of this.#look) look()
  }

  /** As {@link until}, but looks only when notified; rejects with what the condition throws. */
  until<T>(condition: () => T, what: Text, timeout = 10_000): Promise<Found<T>> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer)
        this.#look.delete(look)
        settle()
      }
      const look = (): void => {
        try {
          const value = condition()
          if (isFound(value)) end(() => resolve(value))
        } catch (error) {
          end(() => reject(error))
        }
      }
      const timer = setTimeout(() => end(() => reject(late(what, timeout))), timeout)
      this.#look.add(look)
      look()
    })
  }
}

function isFound<T>(value: T): value is Found<T> {
  return value !== undefined && value !== false && value !== null
}

function late(what: Text, timeout: number, cause?: unknown): Error {
  return new Error(`Not within ${timeout} ms: ${typeof what === 'string' ? what : what()}`, { cause })
}
