/**
 * What a package needs that adds a kind of connection: one that moves to a successor in a way that zerodown does not know. See
 * docs/kinds.md.
 * @module @zerodown/core/kinds
 */
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { PeerListener, Peers } from './channel/peers.ts'
import { firstCopy } from './first-copy.ts'
import type { Accept, ConnectionKind } from './handover/kinds/kind.ts'
import type { Replay } from './handover/replay/replay.ts'
import type { Logger } from './logger.ts'
import type { SocketPair } from './node/socket-pair.ts'

export type { PeerListener, Peers } from './channel/peers.ts'
export { canPassOn, passOn } from './forward/pass-on.ts'
export type { PipeAnswer } from './forward/pipes.ts'
export { Pipes } from './forward/pipes.ts'
export type { Seen } from './forward/serve.ts'
export { isPipe, seenOf, servePipe } from './forward/serve.ts'
export type { Accept, ConnectionKind, Details, Freeze, KindDrain } from './handover/kinds/kind.ts'
export type { Replay } from './handover/replay/replay.ts'
export { requestHead } from './handover/replay/request-head.ts'
export { awaitingNothing } from './connections/awaiting-answer.ts'
export { hasHalfCharacter } from './node/internals/half-character.ts'
export { owesAnswer } from './node/internals/open-answer.ts'
export { hasUnsent, socketOver, stopReading } from './node/internals/handles.ts'
export type { Logger } from './logger.ts'
export type { SocketPair } from './node/socket-pair.ts'
export { writtenHead } from './node/internals/written-head.ts'
export { within } from './node/within.ts'

/**
 * Adds a kind. A server that listens already takes connections of that kind as well, but does not call its `begin()`.
 * @throws {ZerodownError} `ERR_ZERODOWN_KIND`: another one has this name
 */
export const addKind = (kind: ConnectionKind): void => firstCopy.addKind(kind)

/**
 * The kinds of connection that the predecessor knew when it started this process. A package that is loaded only when it is
 * used has to be loaded before this process is ready, where one of them is its own.
 */
export const kindsOfPredecessor: readonly string[] = firstCopy.kindsOfPredecessor

/**
 * Has the HTTP server behind `accept` serve a connection in the middle of an answer: it reads the original request once
 * more, so that the application's own handler runs, and the head of the answer, which the client has had, is kept back.
 * For connections that were upgraded, too. If the application answers otherwise, refuses, or takes too long, the
 * connection stays with the predecessor, and its client has noticed nothing.
 * @returns what the `receive()` of a kind returns
 */
export const replay = (accept: Accept, connection: object, what: Replay): boolean | Promise<boolean> =>
  firstCopy.replay(accept, connection, what)

/**
 * Whether a connection came in the middle of an answer, of which the application here has not begun the rest. What is
 * written on it is no answer of its own.
 */
export const isReplaying = (socket: Socket): boolean => firstCopy.isReplaying(socket)

/**
 * Keeps the connection of a request here while its answer goes on, for as long as `isHeld()` says so: what the answer needs
 * has not gone to the successor yet.
 */
export const holdHere = (request: IncomingMessage, isHeld: () => boolean): void => firstCopy.holdHere(request, isHeld)

/** Whether the connection of a request, whose answer goes on, has to stay for now. */
export const isHeldHere = (request: IncomingMessage): boolean => firstCopy.isHeldHere(request)

/**
 * Takes away all listeners of a socket but those of this package, for a connection that goes on in another process: to the
 * application, and to what serves it here, its end must not look like the end of the connection.
 */
export const takeFromApplication = (socket: Socket): void => firstCopy.takeFromApplication(socket)

/** Runs `accept`, which is synchronous: only listeners of this package are told of the connection that it accepts. */
export const withoutApplication = <Result>(server: Server, accept: () => Result): Result =>
  firstCopy.withoutApplication(server, accept)

/**
 * Has the HTTP server behind `accept` serve a connection whose last requests the predecessor has read and not answered.
 * A request on which the application throws counts as served: it has begun here, and must not be answered twice.
 * @param bytes what was read of them; the rest comes on the connection
 * @param begin called with the socket before the server reads the requests
 * @returns what the `receive()` of a kind returns
 */
export const serveRequests = (
  accept: Accept,
  connection: object,
  bytes: Uint8Array,
  begin?: (socket: Socket) => void,
): boolean => firstCopy.serveRequests(accept, connection, bytes, begin)

/**
 * How many requests the application was given on a connection, where its server limits them (`maxRequestsPerSocket`), those
 * in earlier processes included. A kind whose connections go on with HTTP sends it along.
 */
export const requestsOn = (socket: Socket): number => firstCopy.requestsOn(socket)

/**
 * Continues the count of requests that came with a connection. To be called before the server reads a request on it.
 * @param before what `requestsOn()` was in the predecessor
 * @param again how many of these requests are read once more, as by `replay()`, and so counted once more. Default: 0
 */
export const limitRequests = (server: HttpServer, socket: Socket, before: number, again = 0): void =>
  firstCopy.limitRequests(server, socket, before, again)

/**
 * Lets a part of the application talk to the same part of the neighbouring generations, from the start of a successor to
 * the end of its predecessor. Messages are what JSON can hold.
 * @param name by which the two know each other
 */
export const peers = (name: string, listener: PeerListener): Peers => firstCopy.peers(name, listener)

/**
 * Makes two sockets of this process that are connected to each other, for what is too much for messages. Send the handle
 * of one to the other generation by `peers()`. Over there, `socketOver()` puts a socket over it.
 * @throws if there can be none here
 */
export const socketPair = (): Promise<SocketPair> => firstCopy.socketPair()

/** Logs by the instance in charge, or the last one that was: now, or as soon as there is one. */
export const logger: Logger = {
  info: (message) => firstCopy.log('info', message),
  warn: (message) => firstCopy.log('warn', message),
  error: (message) => firstCopy.log('error', message),
}

const warned = new Set<string>()

/** Logs a warning, each message once in a process: thousands of connections may stay for the same reason. */
export function warnOnce(message: string): void {
  if (!warned.has(message)) logger.warn(message)
  warned.add(message)
}
