import { readFileSync } from 'node:fs'
import { constants } from 'node:os'

/**
 * Whether a process lives. One that has ended does not, even if its parent has not asked for its exit code yet (Linux
 * only).
 */
export function isAlive(pid: number): boolean {
  const stat = statOf(pid)
  if (stat !== undefined) return !/[ZX]/.test(stat.state)
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether a signal would end a process, as it does not listen to it. Known on Linux only (proc(5)). */
export function isDeafTo(signal: NodeJS.Signals, pid: number): boolean {
  const caught = /^SigCgt:\s*([\da-f]+)$/m.exec(readProc(pid, 'status') ?? '')?.[1]
  return caught !== undefined && (BigInt(`0x${caught}`) & (1n << BigInt(constants.signals[signal] - 1))) === 0n
}

/**
 * When a process was started, ms since the epoch, within some 100 ms. Known on Linux only: proc(5) counts hundredths of
 * a second from the boot, and for this process we know the time by both clocks.
 */
export function startOf(pid: number): number | undefined {
  const [its, own] = [statOf(pid), statOf('self')]
  return its && own && performance.timeOrigin + (its.started - own.started) * 10
}

/**
 * Whether a process is `zerodown run`, by what it has started its workers with. Known on Linux only (proc(5)), and only
 * where they run.
 */
export function isSupervisor(pid: number): boolean {
  const children = (readProc(pid, `task/${pid}/children`) ?? '').split(' ').filter(Boolean)
  return children.some((child) => supervisorOf(Number(child)) === pid)
}

function supervisorOf(pid: number): number | undefined {
  const inheritance = /(?:^|\0)ZERODOWN_INHERITANCE=([^\0]*)/.exec(readProc(pid, 'environ') ?? '')?.[1]
  try {
    return (JSON.parse(inheritance ?? '') as { worker?: { supervisor?: number } }).worker?.supervisor
  } catch {
    return undefined
  }
}

/**
 * What /proc/pid/stat says (proc(5)). Core reads it as well; but to load all of core would take this command longer than
 * all that it does.
 */
function statOf(pid: number | 'self'): { state: string; started: number } | undefined {
  const stat = readProc(pid, 'stat')
  // The name, in parentheses, may contain anything. Behind the last parenthesis comes field 3.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields && { state: fields[0] ?? '', started: Number(fields[22 - 3]) }
}

function readProc(pid: number | 'self', file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return undefined
  }
}
