import { readFileSync, readdirSync } from 'node:fs'

/**
 * The CPU time that processes have had, with all their threads: proc(5), `/proc/<pid>/task/<tid>/schedstat`, which counts
 * in nanoseconds, while `/proc/<pid>/stat` has steps of 10 ms.
 * @returns ms; NaN where the system does not tell
 */
export function cpuTimeOf(pids: readonly number[]): number {
  return pids.flatMap((pid) => threadsOf(pid)).reduce((sum, time) => sum + time, 0)
}

function threadsOf(pid: number): number[] {
  const folder = `/proc/${pid}/task`
  try {
    return readdirSync(folder).map((thread) => nanoseconds(readFileSync(`${folder}/${thread}/schedstat`, 'utf8')) / 1e6)
  } catch {
    return [Number.NaN]
  }
}

const nanoseconds = (schedstat: string): number => Number(schedstat.split(' ')[0])
