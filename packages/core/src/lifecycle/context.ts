import type { Emit } from '../events.ts'
import { tolerant } from '../logger.ts'
import type { Settings } from '../options/options.ts'
import { MainPid } from '../process/main-pid/main-pid.ts'
import type { Origin } from '../restart/origin.ts'
import type { StartSuccessor } from '../restart/start-successor.ts'
import type { AttachedServers } from '../servers/attached-servers.ts'
import type { ProcessState } from './state.ts'

/** What the parts of a lifecycle work on. */
export interface Context {
  readonly settings: Settings
  readonly origin: Origin
  readonly servers: AttachedServers
  readonly mainPid: MainPid
  readonly state: ProcessState
  readonly emit: Emit
  /** In place of starting a child of this process. */
  readonly startSuccessor?: StartSuccessor
}

/**
 * Adds what announces this process. Under a supervisor the pid file is the supervisor's.
 * @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE`
 */
export function contextOf(given: Omit<Context, 'mainPid'>): Context {
  const { origin } = given
  const settings = { ...given.settings, logger: tolerant(given.settings.logger) }
  const announced = origin.supervisor === undefined ? settings : { ...settings, pidFile: undefined }
  return { ...given, settings, mainPid: new MainPid(announced, origin.startCommand.cwd) }
}
