import { setImmediate as nextTurn } from 'node:timers/promises'

/** How much work there may be in one turn of the event loop. ms */
export const SLICE = 2

let last: Promise<void> = Promise.resolve()

/**
 * Resolves in a turn of the event loop in which nobody else does a slice of work: however many states there are, requests
 * wait for one slice at most.
 */
export function turn(): Promise<void> {
  last = last.then(() => nextTurn())
  return last
}
