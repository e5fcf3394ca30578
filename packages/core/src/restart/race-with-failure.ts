import { once } from 'node:events'

/** Runs `action` until it ends, `failed` rejects or `signal` aborts, whose reason is thrown. No timer outlives it. */
export async function raceWithFailure(
  failed: Promise<never>,
  signal: AbortSignal,
  action: (over: AbortSignal) => Promise<unknown>,
): Promise<void> {
  signal.throwIfAborted()
  const over = new AbortController()
  const aborted = once(signal, 'abort', { signal: over.signal }).then(() => Promise.reject(signal.reason))
  const ended = action(over.signal)
  for (const promise of [aborted, ended]) promise.catch(() => {})
  try {
    await Promise.race([ended, failed, aborted])
  } finally {
    over.abort()
  }
}
