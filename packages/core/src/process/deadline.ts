import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'

/**
 * Waits for `ms`, then hears what has come meanwhile. A process that was stopped past a deadline (SIGSTOP, a frozen
 * container, a paused virtual machine) finds its timer due before it has read anything: it must look before it judges.
 * @throws {DOMException} rejects with `AbortError` when `signal` aborts
 */
export async function deadline(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal })
  await wholeTurn()
}

/** Long enough to hear of what has happened, such as a death. A timer of 0 ms would take longer. */
export async function wholeTurn(): Promise<void> {
  await nextTurn()
  await nextTurn()
}

/** Whether `done` settles within `ms`. Leaves no timer behind. */
export async function within(ms: number, done: Promise<unknown>): Promise<boolean> {
  const over = new AbortController()
  const late = deadline(ms, over.signal).then(
    () => false,
    () => false,
  )
  try {
    return await Promise.race([done.then(() => true), late])
  } finally {
    over.abort()
  }
}
