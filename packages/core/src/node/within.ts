import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'

/** If a timer is later than this, nothing ran meanwhile: the process was stopped, or had no processor. ms */
const LATE = 50

/**
 * Waits for `done`, for `timeout` ms at most. After a stop (SIGSTOP, a frozen container) the timer is late, and what
 * arrived meanwhile is still to be read. So it waits longer by the time in which nothing ran, by `timeout` at most, and
 * reads once more before it gives up.
 * @returns whether it is done; rejects if `done` does
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
  // Timers come first in a turn of the event loop; what has arrived is read after them.
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
