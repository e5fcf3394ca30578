import { readFileSync } from 'node:fs'

/** What Linux says of a process, proc_pid_status(5). */
const statusOf = (pid: number): string => readFileSync(`/proc/${pid}/status`, 'utf8')

/** Whether it is stopped, as by SIGSTOP. */
export const isStopped = (pid: number): boolean => /^State:\tT/m.test(statusOf(pid))

/** Whether a signal that was sent to it waits: the kernel makes one of two that are alike. */
export function isPending(pid: number, signal: number): boolean {
  const [, mask = ''] = /^ShdPnd:\t(\w+)$/m.exec(statusOf(pid)) ?? []
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n
}

/** Whether it is PID 1 of a namespace of its own, pid_namespaces(7). Its pid out here may be any. */
export const isFirst = (pid: number): boolean => /^NSpid:.*\t\d+\t1$/m.test(statusOf(pid))
