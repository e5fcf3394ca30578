import type { attachmentOf as AttachmentOf } from './servers/attachments.ts'
import { firstCopy } from './first-copy.ts'
import type { Zerodown as Instance } from './zerodown.ts'

export type { Ledger } from './drain/ledger.ts'
export type { ZerodownErrorCode } from './errors.ts'
export { ZerodownError } from './errors.ts'
export type { ZerodownEvents } from './events.ts'
export type { Handler } from './servers/handler.ts'
export type { State } from './lifecycle/lifecycle.ts'
export type { Address } from './listeners/address.ts'
export type { Attachment } from './servers/attachments.ts'
export type { TextNames, TextOption } from './options/texts.ts'
export { VARIABLE_PREFIX, readTexts, textNames, textOptions } from './options/texts.ts'
export { validate } from './options/validate.ts'
export type { LaunchOptions, Options, Signals } from './options/options.ts'
export type { ShutdownHook, ShutdownReason } from './process/shutdown-hooks.ts'
export type { Logger } from './logger.ts'
export { defaultLogger } from './logger.ts'
export type { GenerationInfo } from './restart/successor.ts'

/** The instance of this process. */
export const zerodown: Instance = firstCopy.zerodown
/** An instance of one's own. */
export const create: typeof firstCopy.create = firstCopy.create
/** The instance in charge of this process. */
export const instanceInCharge: typeof firstCopy.instanceInCharge = firstCopy.instanceInCharge
/** Of a server that is attached, to whichever instance; else `undefined`. */
export const attachmentOf: typeof AttachmentOf = firstCopy.attachmentOf
/** Restarts this process without losing a request. */
export const Zerodown: typeof Instance = firstCopy.Zerodown
export type Zerodown = Instance
