import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Finding } from './findings.ts'
import { findingsOfDirectory } from './of-directory.ts'
import { weakens } from './findings.ts'

const PROPERTIES = ['Id', 'Type', 'NotifyAccess', 'KillMode', 'TimeoutStopUSec', 'WorkingDirectory'] as const

/** What `systemctl show` tells of a unit, systemd.service(5), systemd.kill(5) and systemd.exec(5). */
export type Unit = Readonly<Record<(typeof PROPERTIES)[number], string>>

/**
 * What is wrong with the systemd unit that a process is in.
 * @param supervised whether `zerodown run` stays in its place, so that the main process never changes
 */
export async function findingsOfUnit(pid: number, supervised: boolean): Promise<Finding[]> {
  const unit = await unitOf(pid)
  return unit === undefined ? [] : [...findingsIn(unit, supervised), ...findingsOfDirectory(unit, pid)]
}

export function findingsIn({ Id, Type, NotifyAccess, KillMode }: Unit, supervised: boolean): Finding[] {
  const findings: Finding[] = []
  if (!supervised && !Type.startsWith('notify')) {
    const what = `${Id} has Type=${Type}: when the main process leaves for its successor, systemd takes the service for ended.`
    findings.push(weakens(what, 'Set Type=notify and NotifyAccess=all.'))
  } else if (Type.startsWith('notify') && NotifyAccess !== 'all') {
    const what = `${Id} has NotifyAccess=${NotifyAccess}: systemd does not hear which process is the main one.`
    findings.push(weakens(what, 'Set NotifyAccess=all.'))
  }
  if (KillMode === 'process' || KillMode === 'none') {
    const what = `${Id} has KillMode=${KillMode}: at a stop, what else runs in the unit is left behind.`
    findings.push(weakens(what, 'Set KillMode=mixed: the main process drains, and what is left is killed.'))
  } else if (KillMode === 'control-group' && supervised) {
    const what = `${Id} has KillMode=control-group: at a stop, each worker gets SIGTERM from systemd as well.`
    findings.push(weakens(what, 'Set KillMode=mixed: the supervisor passes it on.'))
  }
  return findings
}

async function unitOf(pid: number): Promise<Unit | undefined> {
  const group = cgroupOf(pid)
  const name = /([^/]+\.service)(?:\/|$)/m.exec(group.replace(/^.*user@\d+\.service/m, ''))?.[1]
  if (name === undefined) return undefined
  const scope = group.includes('/user@') ? ['--user'] : []
  try {
    const args = [...scope, 'show', name, `--property=${PROPERTIES.join(',')}`]
    const { stdout } = await promisify(execFile)('systemctl', args, { timeout: 5000 })
    const told = Object.fromEntries(stdout.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2)))
    return { ...Object.fromEntries(PROPERTIES.map((property) => [property, ''])), ...told } as Unit
  } catch {
    return undefined // There is no systemd to ask.
  }
}

function cgroupOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
  } catch {
    return ''
  }
}
