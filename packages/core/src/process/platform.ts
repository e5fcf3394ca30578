import cluster from 'node:cluster'
import { isMainThread } from 'node:worker_threads'
import type { Ancestor } from './ancestors.ts'
import { findAncestors } from './ancestors.ts'
import { whyTakenAlong } from './container.ts'

const INSTEAD = 'Start the server with `zerodown run`, which stays, or replace the container, as a rolling update does.'

/** What decides whether this process can start a successor. A parameter, so that each case can be tested anywhere. */
export interface Platform {
  readonly platform: NodeJS.Platform
  readonly pid: number
  readonly bun: boolean
  readonly clusterWorker: boolean
  /** Whether workers of a cluster share sockets of this process. */
  readonly clusterPrimary: boolean
  readonly mainThread: boolean
  /** `false` under Node's permission model without `--allow-child-process`. */
  readonly mayStartProcesses: boolean
  /** Whether the process that started this one, or an earlier generation, has ended, and has taken nothing along. */
  readonly outlived: boolean
  /** `undefined` where they cannot be known. */
  ancestors(): readonly Ancestor[] | undefined
}

const firstParent = process.ppid

let workersListen = false
// In a worker this event never comes.
cluster.once('listening', () => {
  workersListen = true
})

/** @param generation the number of this process in its chain */
export const thisPlatform = (generation = 1): Platform => ({
  platform: process.platform,
  pid: process.pid,
  bun: 'bun' in process.versions,
  clusterWorker: cluster.isWorker,
  clusterPrimary: workersListen,
  mainThread: isMainThread,
  mayStartProcesses: process.permission?.has('child') !== false,
  outlived: generation > 1 || process.ppid !== firstParent,
  ancestors: findAncestors,
})

/** Why this process cannot start a successor, and what to do; `undefined` where it can. */
export function whyNoRestart(on: Platform): string | undefined {
  if (on.platform === 'win32') {
    return 'Windows cannot pass a listening socket to a new process. Restart the service the usual way.'
  }
  if (on.bun) return 'Bun does not pass listening sockets to a new process. Run the server with Node.'
  if (!on.mainThread) return 'this is a worker thread. Attach the server in the main thread.'
  if (!on.mayStartProcesses) {
    return 'under --permission Node may not start a successor. Add --allow-child-process.'
  }
  if (on.clusterWorker) {
    return 'this is a cluster worker, whose listening socket belongs to the primary. To use all cores, start the server without cluster, with `zerodown run -w max`.'
  }
  if (on.clusterPrimary) {
    return (
      "this is a cluster's primary, and a successor cannot get the sockets of its workers. To use all cores, start the " +
      'server without cluster, with `zerodown run -w max`; or replace the workers one by one.'
    )
  }
  if (on.pid === 1) return `this process is PID 1: if it exits for its successor, the container ends. ${INSTEAD}`
  const ancestors = on.outlived ? undefined : on.ancestors()
  const why = ancestors && whyTakenAlong(ancestors)
  return why && `a successor would not outlive this process: ${why}. ${INSTEAD}`
}
