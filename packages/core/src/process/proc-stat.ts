import { readFileSync } from 'node:fs'

/** What /proc/pid/stat says of a process (proc(5)), as far as it is needed. */
export interface ProcStat {
  /** One letter: R, S, D, Z, … */
  readonly state: string
  readonly parent: number
  readonly session: number
  /** The device number of its terminal; 0: it has none. */
  readonly terminal: number
  /** When it was started, in clock ticks since the boot. Together with the pid it identifies the process. */
  readonly started: string
}

/** `undefined` if there is no such process, if /proc hides it (hidepid), or if this is not Linux. */
export function procStat(pid: number | 'self'): ProcStat | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  // The name, in parentheses, may contain anything. Behind the last parenthesis comes field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number): string => fields[number - 3] ?? ''
  return {
    state: field(3),
    parent: Number(field(4)),
    session: Number(field(6)),
    terminal: Number(field(7)),
    started: field(22),
  }
}
