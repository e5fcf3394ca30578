import type { Emit } from '../events.ts'
import type { Settings } from '../options/options.ts'
import { tolerant } from '../logger.ts'
import { refuseHeld } from '../control/pid-file-holder.ts'
import { MainPid } from '../process/main-pid/main-pid.ts'
import { Watchdog } from '../process/main-pid/watchdog.ts'
import type { Origin } from '../restart/origin.ts'
import { isStartedAsServer } from '../restart/origin.ts'
import type { StartSuccessor } from '../restart/start-successor.ts'
import type { AttachedServers } from '../servers/attached-servers.ts'
import { explainLongTimeouts } from './long-timeouts.ts'
import type { Controls } from './process-control.ts'
import { ProcessControl } from './process-control.ts'
import type { ProcessState } from './state.ts'

/** What the parts of a lifecycle work on. */
export interface Context {
  readonly settings: Settings
  readonly origin: Origin
  readonly servers: AttachedServers
  readonly mainPid: MainPid
  readonly control: ProcessControl
  readonly watchdog: Watchdog
  readonly state: ProcessState
  readonly emit: Emit
  /** In place of starting a child of this process. */
  readonly startSuccessor?: StartSuccessor
}

/** What comes from outside of a lifecycle. */
export type ContextDeps = Omit<Context, 'mainPid' | 'watchdog' | 'control' | 'state'>

/**
 * @param controls what the control socket may do
 * @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE`
 */
export function contextOf(deps: ContextDeps, state: ProcessState, controls: Controls): Context {
  const { origin, servers, emit } = deps
  // A successor writes the file of its predecessor, which lives; and a supervisor has one of its own.
  if (!isStartedAsServer(origin)) refuseHeld(deps.settings, origin.startCommand.cwd)
  const weaknesses = () => explainLongTimeouts(servers.listening, deps.settings)
  const control = new ProcessControl(controls, origin, deps.settings, weaknesses)
  const logger = tolerant(deps.settings.logger)
  const warn = (message: string): void => {
    control.warned(message)
    logger.warn(message)
  }
  const settings = { ...deps.settings, logger: { info: logger.info, error: logger.error, warn } }
  return {
    ...deps,
    settings,
    state,
    control,
    // A supervisor has a pid file of its own.
    mainPid: new MainPid(
      origin.supervisor === undefined ? settings : { ...settings, pidFile: undefined },
      origin.startCommand.cwd,
    ),
    watchdog: new Watchdog(origin.startCommand.env, settings.logger),
    emit(name, ...message) {
      emit(name, ...message)
      control.heard(name, message)
    },
  }
}
