import cluster from 'node:cluster'
import type { Options } from '@zerodown/core'
import { zerodown } from '@zerodown/core'
import {
  declare,
  instanceInCharge,
  isStartedAsServer,
  reportLastLines,
  serverAbove,
  takeTheOneLeft,
} from '@zerodown/core/adapter'
import { REGISTERED, readOptions } from './environment.ts'
import { log, obey } from './log.ts'
import { patchServerListen } from './take-over.ts'

/**
 * Takes over every server of this process from its first `listen()` on.
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION` for a variable that is not valid
 */
export function register(): void {
  const options = optionsHere()
  obey(options)
  declare(zerodown, options)
  reportLastLines()
  takeTheOneLeft()
  const reason = whyNotThisProcess()
  // What it starts before it listens is no server, either.
  const certain = isStartedAsServer() && reason === undefined
  if (certain) markChildren()
  let said = false
  const mayTake = (): boolean => {
    const why = reason ?? whyNotNow(options)
    if (why === undefined) {
      markChildren()
      return true
    }
    if (!said) log(`left alone: ${why}`)
    said = true
    return false
  }
  // From now on, what this process starts may be the server.
  const noServer = (): void => void (certain || Reflect.deleteProperty(process.env, REGISTERED))
  patchServerListen({ mayTake, noServer }, options)
}

/**
 * A successor does not get the variable, as it is started as this process was. An application may have frozen its
 * environment, which is no reason not to listen.
 */
function markChildren(): void {
  Reflect.set(process.env, REGISTERED, String(process.pid))
}

/** In a cluster the workers are not in charge of the service, so the pid file and the control socket are not theirs. */
function optionsHere(): Options {
  const options = readOptions(process.env)
  const { pidFile: _, control: __, ...others } = options
  return cluster.isWorker ? others : options
}

/**
 * NODE_OPTIONS and the options of `fork()` reach the children of a server as well. They are no generations of it: if
 * they registered with systemd or in the pid file, they would take the server's place.
 */
function whyNotThisProcess(): string | undefined {
  const parent = process.env[REGISTERED]
  if (parent === undefined || parent === '' || parent === String(process.pid) || cluster.isWorker) return undefined
  return childOf(parent)
}

const childOf = (parent: number | string): string =>
  `this is a child of process ${parent}, which is the server. If it is a server of its own, start it without ${REGISTERED}.`

/**
 * In a cluster, the primary listens in place of its workers, by servers that Node makes. And a child that was started
 * before its parent listened does not have the variable.
 */
function whyNotNow(options: Options): string | undefined {
  if (cluster.isPrimary && Object.keys(cluster.workers ?? {}).length > 0) {
    return "this is a cluster's primary, and its workers have the sockets. They drain on SIGTERM."
  }
  if (cluster.isWorker || isStartedAsServer() || instanceInCharge() !== undefined) return undefined
  const parent = serverAbove(options)
  return parent === undefined ? undefined : childOf(parent)
}
