import { firstCopy } from './first-copy.ts'
import type { Zerodown as Instance } from './zerodown.ts'

export type { Ledger } from './drain/ledger.ts'
export type { ZerodownErrorCode } from './errors.ts'
export { ZerodownError } from './errors.ts'
export type { ZerodownEvents } from './events.ts'
export type { HealthHandler, HealthResponse } from './health/handler.ts'
export type { HealthRequest } from './health/health.ts'
export type { HealthCheck, HealthCheckContext, HealthOptions } from './health/options.ts'
export type { Handler } from './servers/handler.ts'
export type { ListenerStatus, State, Status, SuccessorStatus } from './status.ts'
export type { ConnectionCount } from './servers/count-connections.ts'
export type { Address } from './listeners/address.ts'
export type { LaunchOptions, Options, Signals } from './options/options.ts'
export type { ShutdownHook, ShutdownReason } from './process/shutdown-hooks.ts'
export type { Logger } from './logger.ts'
export type { GenerationInfo } from './channel/messages.ts'

/** The instance of this process. */
export const zerodown: Instance = firstCopy.zerodown
/** Makes a separate instance. */
export const create: typeof firstCopy.create = firstCopy.create
/** Restarts this process without losing a request. */
export const Zerodown: typeof Instance = firstCopy.Zerodown
export type Zerodown = Instance
export type { WorkerPlace } from './zerodown.ts'
