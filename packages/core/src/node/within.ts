import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'

/** A timer that comes later than that is late because nothing ran: the process was stopped, or had no processor. ms */
const LATE = 50

/**
 * Waits for `done`, for as long as `timeout`. Where a timer comes late, as after a stop (SIGSTOP, a frozen container),
 * what happened meanwhile still waits to be read: so it waits for as long again as nothing ran, `timeout` at most, and
 * never gives up before the event loop has looked once more.
 * @returns whether it is done; rejects if that does
 */
export async function within(timeout: number, done: Promise<unknown>): Promise<boolean> {
  const isDone = done.then(() => true)
  let granted = 0
  for (let left = timeout; ;) {
    const due = performance.now() + left
    if (await ends(isDone, (signal) => wait(left, false, { signal }))) return true
    left = Math.min(performance.now() - due, timeout - granted)
    if (left < LATE) break
    granted += left
  }
  // Timers come first in a turn of the event loop, and what has arrived is read after them.
  return ends(isDone, (signal) => nextTurn(false, { signal }))
}

async function ends(done: Promise<boolean>, timer: (signal: AbortSignal) => Promise<boolean>): Promise<boolean> {
  const over = new AbortController()
  const late = timer(over.signal).catch(() => false)
  try {
    return await Promise.race([done, late])
  } finally {
    over.abort()
  }
}
