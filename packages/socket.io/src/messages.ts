import type { PipeAnswer, Seen } from '@zerodown/core/kinds'
import type { KeptPacket, Selection, Session } from './internals/socket-io.ts'
import type { Wire } from './wire.ts'

/** Which sockets are meant, in what JSON can hold. */
export interface WireSelection {
  readonly rooms: readonly string[]
  readonly except: readonly string[]
  readonly flags?: Readonly<Record<string, unknown>> | undefined
}

export interface Broadcast {
  readonly type: 'broadcast'
  readonly nsp: string
  readonly wire: Wire
  readonly to: WireSelection
  /** Whether the last argument is the id by which an adapter keeps it for clients that come back. */
  readonly kept: boolean
  /** Sockets that have it, or get it, from the old process. */
  readonly without?: readonly string[]
  /** To the predecessor: the number of this one. */
  readonly number?: number
  /** By which number to say how many clients it has gone to, and what each has answered. */
  readonly ask?: number
}

/** What is done with all sockets of a selection. */
export interface Select {
  readonly type: 'select'
  readonly nsp: string
  readonly method: 'addSockets' | 'delSockets' | 'disconnectSockets'
  readonly to: WireSelection
  readonly argument: readonly string[] | boolean
}

/** What the application of the old process does with a socket that has moved. */
export interface SocketCall {
  readonly type: 'socket'
  readonly nsp: string
  readonly id: string
  readonly method: 'join' | 'leave' | 'disconnect'
  readonly argument: string | readonly string[] | boolean
}

/** A client has acknowledged what an older process has sent it. */
export interface Acknowledged {
  readonly type: 'ack'
  readonly nsp: string
  readonly id: string
  readonly wire: Wire
}

export interface Fetch {
  readonly type: 'fetch'
  readonly nsp: string
  readonly to: WireSelection
  readonly ask: number
}

/** A request of HTTP long polling, whose connection of Engine.IO is in another process. The handle of a pipe comes with it. */
export interface PolledElsewhere {
  readonly type: 'polled'
  readonly pipe: number
  readonly sid: string
  readonly seen: Seen
}

/** Whether a pipe is taken. */
export interface PipeTaken extends PipeAnswer {
  readonly type: 'pipe'
}

/** What an adapter keeps for clients that come back. */
export interface Kept {
  readonly type: 'kept'
  readonly nsp: string
  readonly sessions: readonly Session[]
  readonly packets: readonly (Pick<KeptPacket, 'id' | 'emittedAt'> & {
    readonly wire: Wire
    readonly to: WireSelection
  })[]
}

/** Is answered when all that was said before has arrived. */
export interface Last {
  readonly type: 'last'
  readonly ask: number
}

export interface Reply {
  readonly type: 'reply'
  readonly ask: number
  readonly answer: unknown
}

export type Message =
  | { readonly type: 'hello' }
  | Broadcast
  | Select
  | SocketCall
  | Acknowledged
  | Fetch
  | PolledElsewhere
  | PipeTaken
  | Kept
  | Last
  | Reply

export const wireSelection = ({ rooms, except = new Set(), flags }: Selection): WireSelection => ({
  rooms: [...rooms],
  except: [...except],
  flags,
})

export const selectionOf = ({ rooms, except, flags }: WireSelection): Selection => ({
  rooms: new Set(rooms),
  except: new Set(except),
  flags,
})
