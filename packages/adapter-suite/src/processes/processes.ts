import { readFileSync, readdirSync } from 'node:fs'

/** What the kernel knows of a process. Linux only, like the process tests. */
export interface ProcessInfo {
  pid: number
  parent: number
  /** One letter, as in ps: R, S, D, Z, ... */
  state: string
  session: number
}

export function inspectProcess(pid: number): ProcessInfo | undefined {
  const stat = readProc(pid, 'stat')
  // The name, in parentheses, may hold anything: the fields start after the last one.
  const [state, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (state === undefined || parent === undefined) return undefined
  return { pid, state, parent: Number(parent), session: Number(session) }
}

export function listProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => inspectProcess(Number(name)))
    .filter((found) => found !== undefined)
}

/** A zombie has ended; only its parent has not asked for its exit code yet. */
export function isAlive(pid: number): boolean {
  const state = inspectProcess(pid)?.state
  return state !== undefined && state !== 'Z' && state !== 'X'
}

/** Variables as the process was started with. */
export function environmentOf(pid: number): string[] {
  return readProc(pid, 'environ').split('\0')
}

/** How many file descriptors it has open. */
export function countFds(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    // It has ended, or belongs to somebody else.
    return ''
  }
}
