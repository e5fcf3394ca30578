import cluster from 'node:cluster'
import type { Options } from '@zerodown/core'
import { zerodown } from '@zerodown/core'
import { declare } from '@zerodown/core/adapter'
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
  const reason = whyNotThisProcess()
  let said = false
  const mayTake = (): boolean => {
    const why = reason ?? whyNotNow()
    if (why === undefined) {
      // The successor is not given it: it is started as this process was. An application may have put a frozen copy in
      // place of its environment, which is no reason not to listen.
      Reflect.set(process.env, REGISTERED, String(process.pid))
      return true
    }
    if (!said) log(`left alone: ${why}`)
    said = true
    return false
  }
  // What this process starts from now on may be the server.
  const noServer = (): void => void Reflect.deleteProperty(process.env, REGISTERED)
  patchServerListen({ mayTake, noServer }, options)
}

/** A cluster's workers are not in charge of the service, whose pid file this is. */
function optionsHere(): Options {
  const { pidFile, ...others } = readOptions(process.env)
  return cluster.isWorker || pidFile === undefined ? others : { pidFile, ...others }
}

/**
 * NODE_OPTIONS and the options of `fork()` come to the children of a server, too. They are none of its generations: to
 * register themselves with systemd or in the pid file would be to take its place.
 */
function whyNotThisProcess(): string | undefined {
  const parent = process.env[REGISTERED]
  if (parent === undefined || parent === '' || parent === String(process.pid) || cluster.isWorker) return undefined
  return `this is a child of process ${parent}, which is the server. A program of its own has to be started without ${REGISTERED}.`
}

/** A cluster's primary listens in place of its workers, by servers of Node's own. */
function whyNotNow(): string | undefined {
  const primary = cluster.isPrimary && Object.keys(cluster.workers ?? {}).length > 0
  return primary
    ? "this is a cluster's primary, whose workers have its sockets. They drain when they get SIGTERM."
    : undefined
}
