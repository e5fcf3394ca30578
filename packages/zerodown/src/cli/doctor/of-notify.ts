import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Finding } from './findings.ts'
import { weakens } from './findings.ts'
import { environmentOf } from './of-process.ts'

const PROGRAM = 'systemd-notify'

/**
 * Whether a process that systemd has started can tell it how things are: Node cannot write to its socket, so this program
 * has to.
 */
export function findingsOfNotify(pid: number): Finding[] {
  const env = environmentOf(pid)
  if (!env.has('NOTIFY_SOCKET')) return []
  const folders = (env.get('PATH') ?? '').split(delimiter)
  if (folders.some((folder) => isProgram(join(folder, PROGRAM)))) return []
  const what =
    `${PROGRAM} is not in the PATH of process ${pid}: systemd does not hear that it is ready, nor which process is the ` +
    'main one after a restart.'
  return [weakens(what, `Install it (Debian: package systemd), or add its folder to Environment=PATH= of the unit.`)]
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
