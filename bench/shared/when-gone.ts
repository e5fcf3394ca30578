import { setTimeout as wait } from 'node:timers/promises'

const DEADLINE = 30_000

/** Waits for the end of a process that may not be our child, of which no event tells. */
export async function whenGone(pid: number): Promise<void> {
  const deadline = performance.now() + DEADLINE
  while (isThere(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} has not ended within ${DEADLINE} ms`)
    await wait(5)
  }
}

export function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
