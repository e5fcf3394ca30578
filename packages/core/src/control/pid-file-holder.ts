import cluster from 'node:cluster'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ZerodownError } from '../errors.ts'
import { lookAt } from '../node/stat.ts'
import type { Settings } from '../options/options.ts'
import { descends } from '../process/ancestors.ts'
import { ProcessIdentity } from '../process/identity.ts'
import { answerNow } from './answer-now.ts'
import type { ServiceStatus } from './service-status.ts'

/** Where a service is found from outside. */
export type Places = Pick<Settings, 'pidFile' | 'control'>

/**
 * The service that holds a pid file: the process that it names, if that serves and says so itself, on the control socket
 * that belongs to it. The pid alone proves nothing: after a crash, a reboot, or in a container, it may be anybody's. One
 * that drains to its end lets go of the file.
 * @param from the directory that relative paths start from
 * @returns its pid; `undefined` where there is none, or it cannot be known
 */
export function holderOf({ pidFile, control }: Places, from: string): number | undefined {
  if (pidFile === undefined) return undefined
  const pid = pidIn(resolve(from, pidFile))
  if (pid === undefined || pid === process.pid || !new ProcessIdentity(pid).alive) return undefined
  const socket = resolve(from, control || `${pidFile}.sock`)
  if (!isSocket(socket)) return undefined
  const { zerodown, pid: its, state } = statusIn(answerNow(socket, '/status'))
  return zerodown === 1 && its === pid && state !== 'draining' ? pid : undefined
}

/** The same, where it is a process that this one descends from: it is the server, and this one a child of its. */
export function holderAbove(places: Places, from: string): number | undefined {
  const pid = places.pidFile === undefined ? undefined : pidIn(resolve(from, places.pidFile))
  if (pid === undefined || !(pid === process.ppid || descends(process.pid, pid) === true)) return undefined
  return holderOf(places, from)
}

/**
 * Called by a process that follows nobody, before it serves. A service that has been started by mistake for a second time
 * would take the place of the first one, which then nobody could restart or stop any more. A child that has listened
 * before this process is no such service: it gives way. Whether it is one can be told on Linux only; elsewhere, none is
 * refused.
 * @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` if another service holds the pid file
 */
export function refuseHeld(places: Places, from: string): void {
  // Its workers have their options in common.
  if (cluster.isWorker) return
  const holder = holderOf(places, from)
  if (holder === undefined || descends(holder, process.pid) !== false) return
  const file = resolve(from, places.pidFile ?? '')
  throw new ZerodownError(
    'ERR_ZERODOWN_PID_FILE',
    `pidFile: ${file} is held by process ${holder}, a service that runs. Nothing was started, as of two services with one ` +
      `pid file only one could be restarted or stopped. To restart that one: zerodown reload --pid-file ${file}. To ` +
      `replace it, stop it first: zerodown stop --pid-file ${file}. To run both, give this one another pidFile.`,
  )
}

/** What a pid file says; `undefined` where there is none. */
function pidIn(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim()
    return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined
  } catch {
    return undefined
  }
}

function isSocket(path: string): boolean {
  try {
    return lookAt(path)?.isSocket() === true
  } catch {
    return false
  }
}

function statusIn(answer: string | undefined): Partial<ServiceStatus> {
  try {
    return { ...(JSON.parse(answer ?? '') as Partial<ServiceStatus>) }
  } catch {
    return {}
  }
}
