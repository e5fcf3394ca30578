import type { Socket } from 'node:net'
import type { Payload, Receiver } from './payload.ts'
import type { Fate } from './payload.ts'

/** The way by which connections go to the successor, one at a time. */
export interface ConnectionChannel {
  /** Whether the server behind that listener, over there, takes connections of this kind. */
  takes(listener: number, kind: Payload['kind']): boolean
  open(): boolean
  send(socket: Socket, listener: number, payload: Payload): Promise<Fate>
}

export const takesConnections = (receivers: readonly Receiver[], listener: number, kind: string): boolean =>
  receivers.some((receiver) => receiver.listener === listener && receiver.kinds.includes(kind))
