import { readFileSync } from 'node:fs'
import { constants } from 'node:os'

/** Whether a process lives. One that has ended and that its parent has not asked for (Linux tells) does not. */
export function isAlive(pid: number): boolean {
  const stat = readProc(pid, 'stat')
  // The name, in parentheses, may hold anything: the fields start after the last one.
  if (stat !== undefined) return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether a process would be ended by a signal, since it does not listen to it. Known on Linux only (proc(5)). */
export function isDeafTo(signal: NodeJS.Signals, pid: number): boolean {
  const caught = /^SigCgt:\s*([\da-f]+)$/m.exec(readProc(pid, 'status') ?? '')?.[1]
  return caught !== undefined && (BigInt(`0x${caught}`) & (1n << BigInt(constants.signals[signal] - 1))) === 0n
}

/**
 * When a process was started, ms since the epoch, within some 100 ms. Known on Linux only: proc(5) counts from the boot, in
 * hundredths of a second, and of this process the time is known by both clocks.
 */
export function startOf(pid: number): number | undefined {
  const [its, own] = [ticksOf(pid), ticksOf('self')]
  return its === undefined || own === undefined ? undefined : performance.timeOrigin + (its - own) * 10
}

function ticksOf(pid: number | 'self'): number | undefined {
  const stat = readProc(pid, 'stat')
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
}

function readProc(pid: number | 'self', file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return undefined
  }
}
