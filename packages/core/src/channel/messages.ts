/**
 * What the two generations of a restart say to each other. They may run different versions of zerodown, so each message
 * is marked with a version. A message that is not ours, or of an unknown type, is ignored.
 */
const MARK = 'zerodown'
const VERSION = 1

/** One process of the chain, as others see it. */
export interface GenerationInfo {
  readonly pid: number
  readonly generation: number
}

/** A listener, by its descriptor in the successor, and the kinds of connection that its server there takes. */
export interface AcceptedKinds {
  readonly listener: number
  readonly kinds: readonly string[]
}

/** What goes with a connection that moves: the name of its kind, and details of that kind that JSON can hold. */
export interface Payload {
  readonly kind: string
  readonly [detail: string]: unknown
}

/**
 * The keys by which a TLS server encrypts its session tickets (RFC 5077; RFC 8446, 4.6.1), with the descriptor of its
 * listener in the successor. They are secret, so they go over the channel, and never into the environment.
 */
export interface TicketKeys {
  readonly listener: number
  /** base64 */
  readonly keys: string
}

/** From a part of one generation to the same part of the other. One that has no such part drops it, and says so. */
export interface PeerMessage {
  readonly type: 'peer'
  readonly name: string
  /** What JSON can hold. */
  readonly message: unknown
}

/** Whoever got a message to a part of that name has no such part. */
export interface NoPeerMessage {
  readonly type: 'no-peer'
  readonly name: string
}

/** From the successor. */
export type FromSuccessor =
  /** The first message: `pid` is the server, even if the child that was started is a script. */
  | { type: 'hello'; pid: number }
  /** The successor can take over. `accepts`: the connections that it takes; none if it is missing. */
  | { type: 'ready'; pid: number; accepts?: readonly AcceptedKinds[] }
  /** The successor has begun to end, or serves nothing any more. */
  | { type: 'leaving'; why: string }
  /** The successor could not listen. It will end, or become ready without that listener. */
  | { type: 'refused'; message: string }
  /** The result of the restart that it was asked for. */
  | { type: 'restarted'; pid: number; generation: number }
  | { type: 'not-restarted'; message: string }
  /**
   * It is about to restart. Of the processes up to this predecessor, no more than `keep` are to live: the oldest end their
   * drains.
   */
  | { type: 'make-room'; keep: number; maxGenerations: number }
  | PeerMessage
  | NoPeerMessage
  | SuccessorQuestion

/** The successor's question. */
export type SuccessorQuestion =
  /** How far is the drain? Whoever asks the process in charge for the status of the service is told of both. */
  { type: 'status-asked' }

/** From the predecessor. */
export type FromPredecessor =
  | { type: 'ticket-keys'; ticketKeys: readonly TicketKeys[] }
  /** The successor owns the listeners now. `restart`: a trigger came meanwhile, so it has to restart once more. */
  | { type: 'commit'; restart: boolean }
  /**
   * The successor has to end. Needed behind a script, where the predecessor does not know the pid of the server until
   * it has said so, and cannot send it a signal.
   */
  | { type: 'stop' }
  /** The predecessor ends, and so does the service. It has told the successor to end as well. */
  | { type: 'ending' }
  /** A trigger reached the predecessor after its commit: the successor has to restart. */
  | { type: 'restart' }
  /** How many processes of the chain live, the predecessor included. Until it is told, there is one. */
  | { type: 'living'; processes: number }
  /**
   * Comes with a handle: a copy of a connection of that listener. The successor holds it, if it is the socket with that
   * inode.
   */
  | { type: 'connection'; id: number; listener: number; kind: string; inode?: number | undefined }
  /** The connection has ended in the predecessor, so the copy is the last. */
  | { type: 'connection-closed'; id: number }
  | PeerMessage
  | NoPeerMessage
  | Question

/** The predecessor's questions. The channel numbers them, and gives each answer to whoever asked. */
export type Question =
  /**
   * Does the successor still serve? Asked before the commit, since a process that lives may have closed its servers, or
   * hang.
   */
  | { type: 'serving-asked' }
  /** Which of these copies does the successor hold? Sent behind the copies. */
  | { type: 'connections-asked'; ids: readonly number[] }
  /** Passed connections are about to come. Answered when the successor can serve the first without delay. */
  | { type: 'connections-coming' }
  /** The successor owns these connections now, and the predecessor no longer reads them. All are of one kind. */
  | { type: 'connections-passed'; connections: readonly { id: number; payload: Payload }[] }
  /** Has the successor a part of that name? */
  | { type: 'peer-asked'; name: string }

/** The answers. A process in which nobody answers says `null`. */
export interface Answers {
  /** What it said that it serves, and does not serve. */
  'serving-asked': readonly string[]
  /** The ids of those that are held. */
  'connections-asked': readonly number[]
  'connections-coming': boolean
  /** The ids of those that are served. */
  'connections-passed': readonly number[]
  'peer-asked': boolean
  /** What the process tells of itself. */
  'status-asked': object
}

export const mark = <Message extends object>(message: Message): Message => ({ [MARK]: VERSION, ...message })

export function unmark<Message>(message: unknown): Message | undefined {
  const ours = typeof message === 'object' && message !== null && (message as Record<string, unknown>)[MARK] === VERSION
  return ours ? (message as Message) : undefined
}
