import type { Socket } from 'node:net'
import type { Fate, Payload, AcceptedKinds } from './payload.ts'

/** Of a connection that is to be held over there. */
export interface OutgoingCopy {
  readonly socket: Socket
  /** The listener's descriptor in the successor. */
  readonly listener: number
  readonly kind: Payload['kind']
}

export interface Passing {
  readonly socket: Socket
  readonly payload: Payload
}

/** The way by which connections go to the successor: a copy first, which is only held there, then the word to serve it. */
export interface ConnectionChannel {
  /** Whether the server behind that listener, over there, takes connections of this kind. */
  takes(listener: number, kind: Payload['kind']): boolean
  open(): boolean
  /** Sends a copy of each, while they are served here. @returns those that are held over there */
  sendCopies(connections: readonly OutgoingCopy[]): Promise<ReadonlySet<Socket>>
  /** Resolves when the successor can serve the first one without delay. */
  prepare(): Promise<void>
  /** From here on they are the successor's, which holds them and is alone to read them. @returns how each fared */
  pass(connections: readonly Passing[]): Promise<ReadonlyMap<Socket, Fate>>
}

export const takesConnections = (receivers: readonly AcceptedKinds[], listener: number, kind: string): boolean =>
  receivers.some((receiver) => receiver.listener === listener && receiver.kinds.includes(kind))
