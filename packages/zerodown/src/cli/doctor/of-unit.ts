import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Finding } from './findings.ts'
import { findingsOfDirectory } from './of-directory.ts'
import { weakens } from './findings.ts'
import { timeSpan } from './time-span.ts'

/** For the shutdown hooks; and so long after its drain a worker that hangs is killed. ms */
const AFTER_THE_DRAIN = 10_000

const PROPERTIES = ['Id', 'Type', 'NotifyAccess', 'KillMode', 'TimeoutStopUSec', 'WorkingDirectory'] as const

/** What `systemctl show` tells of a unit, systemd.service(5), systemd.kill(5) and systemd.exec(5). */
export type Unit = Readonly<Record<(typeof PROPERTIES)[number], string>>

/**
 * What is wrong with the systemd unit that a process is in.
 * @param supervised whether `zerodown run` stays in its place, so that the main process never changes
 * @param timeToStop how long its drain may take at a stop, ms; `undefined`: nobody says
 */
export async function findingsOfUnit(pid: number, supervised: boolean, timeToStop?: number): Promise<Finding[]> {
  const unit = await unitOf(pid)
  return unit === undefined ? [] : [...findingsIn(unit, supervised, timeToStop), ...findingsOfDirectory(unit, pid)]
}

export function findingsIn(unit: Unit, supervised: boolean, timeToStop?: number): Finding[] {
  return [
    ...findingsOfNotification(unit, supervised),
    ...findingsOfKillMode(unit, supervised),
    ...findingsOfTimeout(unit, timeToStop),
  ]
}

function findingsOfNotification({ Id, Type, NotifyAccess }: Unit, supervised: boolean): Finding[] {
  if (!supervised && !Type.startsWith('notify')) {
    const what = `${Id} has Type=${Type}: when the main process leaves for its successor, systemd takes the service for ended.`
    return [weakens(what, 'Set Type=notify and NotifyAccess=all.')]
  }
  if (Type.startsWith('notify') && NotifyAccess !== 'all') {
    const what = `${Id} has NotifyAccess=${NotifyAccess}: systemd does not hear which process is the main one.`
    return [weakens(what, 'Set NotifyAccess=all.')]
  }
  return []
}

/** systemd.kill(5). A supervisor tells all of its processes to stop; a server knows nothing of those before it. */
function findingsOfKillMode({ Id, KillMode }: Unit, supervised: boolean): Finding[] {
  const advice = supervised
    ? 'Set KillMode=mixed: the supervisor passes SIGTERM on, and what is left at its end is killed.'
    : 'Set KillMode=control-group: then an old process that still drains gets SIGTERM as well, and its time.'
  if (KillMode === 'process' || KillMode === 'none') {
    return [weakens(`${Id} has KillMode=${KillMode}: at a stop, what else runs in the unit is left behind.`, advice)]
  }
  if (KillMode === 'control-group' && supervised) {
    const what = `${Id} has KillMode=control-group: at a stop, each worker gets SIGTERM from systemd as well.`
    return [weakens(what, advice)]
  }
  if (KillMode === 'mixed' && !supervised) {
    const what =
      `${Id} has KillMode=mixed: at a stop, an old process that still drains is not told, and is killed as soon as the ` +
      'main process has ended.'
    return [weakens(what, advice)]
  }
  return []
}

function findingsOfTimeout({ Id, TimeoutStopUSec }: Unit, timeToStop: number | undefined): Finding[] {
  const allowed = timeSpan(TimeoutStopUSec)
  if (allowed === undefined || timeToStop === undefined || allowed >= timeToStop + AFTER_THE_DRAIN) return []
  const what =
    `${Id} has TimeoutStopSec=${TimeoutStopUSec}, and a stop may take ${timeToStop} ms (shutdownDelay and drainTimeout) and ` +
    'the time of the shutdown hooks: systemd kills what is in flight then.'
  const seconds = Math.ceil((timeToStop + AFTER_THE_DRAIN) / 1000)
  return [weakens(what, `Set TimeoutStopSec= to ${seconds} or more, or a shorter drainTimeout.`)]
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
