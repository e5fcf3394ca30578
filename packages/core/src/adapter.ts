/**
 * What an adapter for a framework needs, and its users do not. See docs/adapters.md.
 * @module @zerodown/core/adapter
 */
import type { Server } from 'node:net'
import { firstCopy } from './first-copy.ts'
import type { Health } from './health/health.ts'
import type { HealthOptions } from './health/options.ts'
import type { Options } from './options/options.ts'
import { holderAbove } from './control/pid-file-holder.ts'
import { reportLastLines as tellPredecessor } from './restart/last-words.ts'
import { isStartedAsServer as isStartedSo, origin } from './restart/origin.ts'
import type { Attachment } from './servers/attachments.ts'
import type { Zerodown } from './zerodown.ts'

export type { TextNames, TextOption } from './options/texts.ts'
export { VARIABLE_PREFIX, readTexts, textNames, textOptions } from './options/texts.ts'
export { validate } from './options/validate.ts'
export { defaultLogger } from './logger.ts'
export type { Health, HealthAnswer, HealthRequest } from './health/health.ts'
export type { Attachment } from './servers/attachments.ts'
export { isOwnServer } from './node/own-servers.ts'

/** An instance of core, or what the package `zerodown` exports, which has the same members. */
export type AnyInstance = Omit<Zerodown, 'create'>

/**
 * Adds options to those of an instance, before any of its servers listens; later it checks that those in force are the
 * same. An adapter calls it when the application gives its options, so that a mistake is reported there.
 * @param defaults in place of zerodown's own; of two for the same option, the first counts
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, `ERR_ZERODOWN_OPTION_CONFLICT`
 */
export const declare = (instance: AnyInstance, options: Options, defaults?: Options): void =>
  firstCopy.instanceBehind(instance).declare(options, defaults)

/**
 * One more address for a server that is attached. What is accepted there is a connection of that server in every
 * respect, also in a handover. That it cannot listen is no reason to give up a restart.
 * @returns a server of its own, to listen with and to close
 */
export const additionalListener = (instance: AnyInstance, server: Server): Server =>
  firstCopy.instanceBehind(instance).additionalListener(server)

/**
 * This server does not keep its process alive (`server.unref()`), so the process is there for something else, as one that
 * only starts the program and talks to it. Where no other server listens, it is as if this one never had.
 */
export const setAside = (instance: Zerodown, server: Server): void =>
  firstCopy.instanceBehind(instance).setAside(server)

/** Whether it restarts or shuts down on this signal. Where a framework listens as well, it would end what is in flight. */
export const listensTo = (instance: AnyInstance, signal: NodeJS.Signals): boolean =>
  firstCopy.instanceBehind(instance).listensTo(signal)

/**
 * Lets adapters be given `face`, an object with the members of `instance`, in place of it: the default export of the
 * package `zerodown` is such an object.
 */
export const addFace = (face: object, instance: Zerodown): void => firstCopy.addFace(face, instance)

/**
 * What `instance.health()` answers by, for a framework in which a handler of node:http is none of its own.
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
 */
export const healthOf = (instance: AnyInstance, options?: HealthOptions): Health =>
  firstCopy.instanceBehind(instance).health(options)

/** The instance in charge of this process; `undefined` where none of its servers listens. */
export const instanceInCharge = (): Zerodown | undefined => firstCopy.instanceInCharge()

/** Of a server that is attached, to whichever instance; else `undefined`. */
export const attachmentOf = (server: Server): Attachment | undefined => firstCopy.attachmentOf(server)

/**
 * Has a `listen()` on a port take the one socket that a service manager has passed to this process, whatever its address.
 * For a program that does not know of such sockets.
 */
export const takeTheOneLeft = (): void => origin.listeners.takeTheOneLeft()

/** Whether somebody has started this process as the server: a predecessor, or a supervisor. */
export const isStartedAsServer = (): boolean => isStartedSo(origin)

/**
 * The pid of the server that this process is a child of, if that holds the pid file which these options name; else
 * `undefined`.
 */
export const serverAbove = ({ pidFile, control }: Options): number | undefined =>
  holderAbove({ pidFile, control }, origin.startCommand.cwd)

/**
 * If this process is a successor and ends before it is in charge, its predecessor says in the reason what was written
 * last to stderr here. Until then this replaces `process.stderr.write()`.
 */
export function reportLastLines(): void {
  if (origin.predecessor !== undefined) tellPredecessor(origin.predecessor)
}
