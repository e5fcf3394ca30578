import { setTimeout as wait } from 'node:timers/promises'

/** @returns what `settled` gives, or `otherwise` if that takes longer than `time` ms. It keeps no process alive */
export async function within<Value>(time: number, settled: Promise<Value>, otherwise: Value): Promise<Value> {
  const over = new AbortController()
  const late = wait(time, otherwise, { signal: over.signal, ref: false }).catch(() => otherwise)
  try {
    return await Promise.race([settled, late])
  } finally {
    over.abort()
  }
}
