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

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return undefined
  }
}
