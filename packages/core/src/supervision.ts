/** `@zerodown/core/supervision`: what a supervisor needs to start workers, to hold their sockets and to relay. */
export { Channel } from './channel/channel.ts'
export type { Carrier } from './channel/carrier.ts'
export { Lanes } from './channel/lanes.ts'
export type { GenerationInfo } from './channel/messages.ts'
export { carrierOf } from './channel/process-carrier.ts'
export { relay } from './channel/relay.ts'
export type {
  AnyPort,
  Failure,
  FromSupervisor,
  FromWorker,
  LaunchRequest,
  Move,
  MoveOutcome,
  WorkerInfo,
  WorkerTimes,
} from './channel/supervision.ts'
export { LANES, isFailure } from './channel/supervision.ts'
export { inShort } from './control/failed.ts'
export { ControlServer } from './control/control-server.ts'
export type { Controlled } from './control/controlled.ts'
export type { Failed, Outcome, Step, Tell } from './control/progress.ts'
export { PACE } from './control/progress.ts'
export type { LastRestart, ProcessStatus, ServiceState, ServiceStatus, Warning } from './control/service-status.ts'
export type { Ledger } from './drain/ledger.ts'
export { emptyLedger } from './drain/ledger.ts'
export type { ZerodownErrorCode } from './errors.ts'
export { ZerodownError, messageOf } from './errors.ts'
export type { InheritedListener } from './listeners/inherited.ts'
export { keyOf } from './listeners/key.ts'
export { fits, identify, putInPlace, removeUnixPath, temporaryPath } from './listeners/unix-path.ts'
export type { Logger } from './logger.ts'
export { defaultLogger } from './logger.ts'
export type { Deferred } from './node/deferred.ts'
export { defer } from './node/deferred.ts'
export { isNativeHandle } from './node/internals/handles.ts'
export { spawnWithChannel } from './node/internals/spawn-with-channel.ts'
export { within } from './node/within.ts'
export { activatedListeners } from './listeners/activated.ts'
export { refuseHeld } from './control/pid-file-holder.ts'
export { MainPid } from './process/main-pid/main-pid.ts'
export { draining, rolledBack, serving } from './process/main-pid/status-line.ts'
export { Watchdog } from './process/main-pid/watchdog.ts'
export { isStop } from './process/exit.ts'
export { STOP_SIGNALS, listenToSignals } from './process/signals.ts'
export { stopTimeoutOf } from './options/options.ts'
export { planLaunch } from './restart/launch.ts'
export type { Launch } from './restart/launch.ts'
export type { StartCommand } from './restart/start-command.ts'
export { readStartCommand } from './restart/start-command.ts'
export { emptyStatus } from './status.ts'
export type { TextOption } from './options/texts.ts'
export { readTexts, textNames, textOptions } from './options/texts.ts'
export { validate } from './options/validate.ts'
