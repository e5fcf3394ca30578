import { readFileSync, realpathSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { Finding } from './findings.ts'
import { weakens } from './findings.ts'

/**
 * Whether a restart can follow a symlink in the `WorkingDirectory=` of a unit. A process sees where it leads; which name it
 * has, only `PWD` tells, which a shell sets, and systemd does not. After a restart it is set where `launch.cwd` is.
 */
export function findingsOfDirectory(unit: { Id: string; WorkingDirectory: string }, pid: number): Finding[] {
  const { Id, WorkingDirectory } = unit
  if (!isAbsolute(WorkingDirectory) || [WorkingDirectory, undefined].includes(realPath(WorkingDirectory))) return []
  const environment = environmentOf(pid)
  if (environment === undefined) return []
  const follows = environment.some((it) => it === `PWD=${WorkingDirectory}` || it.startsWith('ZERODOWN_LAUNCH_CWD='))
  if (follows) return []
  const what = `${Id} has WorkingDirectory=${WorkingDirectory}, a symlink: each restart stays in the folder that it led to at the start.`
  return [weakens(what, `Set Environment=PWD=${WorkingDirectory}, unless the option launch.cwd names it.`)]
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined // There is none, or it leads nowhere.
  }
}

function environmentOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return undefined // It is somebody else's.
  }
}
