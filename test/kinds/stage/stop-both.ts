import { setTimeout as wait } from 'node:timers/promises'
import type { ServerProcess } from '../../support/index.ts'

/** How long after the commit of each restart both processes are stopped: at different moments of their moves. ms */
export const MOMENTS: readonly number[] = [0, 3, 6, 10, 15, 25]

/**
 * Restarts, and stops both processes in the middle of their moves. They go on later, now the one first, now the other.
 * @param time which of the moments
 * @param meanwhile called while both are stopped
 */
export async function stopBoth(server: ServerProcess, time: number, meanwhile?: () => void): Promise<void> {
  const old = server.current()
  const next = server.latest.generation + 1
  server.signal('SIGUSR2', old)
  await server.waitForLog(new RegExp(`generation ${next} \\(pid \\d+\\) has taken over`))
  await wait(MOMENTS[time])
  const both = [old, server.latest.pid]
  for (const pid of both) server.signal('SIGSTOP', pid)
  meanwhile?.()
  await wait(200)
  if (time % 2 === 1) both.reverse()
  for (const pid of both) {
    server.signal('SIGCONT', pid)
    await wait(50)
  }
  await server.waitForExit(old)
}
