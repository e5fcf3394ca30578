/**
 * What the two generations of a restart say to each other, over a channel of their own. Both may run different versions
 * of zerodown, so each message is marked and numbered. What is not ours, or of a type that is not known, is ignored.
 */
const MARK = 'zerodown'
const VERSION = 1

/** One process of the chain, as others are told of it. */
export interface GenerationInfo {
  readonly pid: number
  readonly generation: number
}

/** A listener, by its descriptor in the successor, and the kinds of connection that its server there takes. */
export interface AcceptedKinds {
  readonly listener: number
  readonly kinds: readonly string[]
}

/** What goes with a connection that moves: the name of its kind, and what that kind says of it, as JSON can tell it. */
export interface Payload {
  readonly kind: string
  readonly [detail: string]: unknown
}

/**
 * The keys that a TLS server seals its session tickets with (RFC 5077; RFC 8446, 4.6.1), by the listener's descriptor in
 * the successor. They are secrets: they go over the channel, never into the environment.
 */
export interface TicketKeys {
  readonly listener: number
  /** base64 */
  readonly keys: string
}

/** From the successor. */
export type FromSuccessor =
  /** Said first: this process is the server, whoever the child is that was started. */
  | { type: 'hello'; pid: number }
  /** It can take over. `accepts`: the connections that it takes; none where it is missing. */
  | { type: 'ready'; pid: number; accepts?: readonly AcceptedKinds[] }
  /** It has begun to end, or serves nothing any more. */
  | { type: 'leaving'; why: string }
  /** It could not listen. It will end, or become ready without that listener. */
  | { type: 'refused'; message: string }
  /** How the restart ended that it was asked for. */
  | { type: 'restarted'; pid: number; generation: number }
  | { type: 'not-restarted'; message: string }

/** From the predecessor. */
export type FromPredecessor =
  | { type: 'ticket-keys'; ticketKeys: readonly TicketKeys[] }
  /** The listeners are yours. `restart`: a trigger came meanwhile, so restart once more. */
  | { type: 'commit'; restart: boolean }
  /** End. Behind a script nobody knows the server's pid, to send it a signal, before it has said who it is. */
  | { type: 'stop' }
  /** A trigger reached the predecessor after its commit: restart. */
  | { type: 'restart' }
  /** With a handle: a copy of a connection of that listener, to be held if it is the very socket that is meant. */
  | { type: 'connection'; id: number; listener: number; kind: string; inode?: number | undefined }
  /** The connection has ended here, and the copy is the last. */
  | { type: 'connection-closed'; id: number }
  | Question

/** What the predecessor asks. The channel numbers each, and gives the answer to whoever asked. */
export type Question =
  /** Do you still serve? Asked before the commit, as one that lives may have closed its servers, or hang. */
  | { type: 'serving-asked' }
  /** Sent behind the copies: which of them are held? */
  | { type: 'connections-asked'; ids: readonly number[] }
  /** The first connection is about to be passed on: answer when you can serve it without delay. */
  | { type: 'connections-coming' }
  /** From here on they are yours to serve, and no longer read here. All are of one kind. */
  | { type: 'connections-passed'; connections: readonly { id: number; payload: Payload }[] }

/** What is answered to each question. A process that has nobody to answer it says `null`. */
export interface Answers {
  /** Of what it said that it serves, what it does not. */
  'serving-asked': readonly string[]
  /** The ids of those that are held. */
  'connections-asked': readonly number[]
  'connections-coming': boolean
  /** The ids of those that are served. */
  'connections-passed': readonly number[]
}

export const mark = <Message extends object>(message: Message): Message => ({ [MARK]: VERSION, ...message })

export function unmark<Message>(message: unknown): Message | undefined {
  const ours = typeof message === 'object' && message !== null && (message as Record<string, unknown>)[MARK] === VERSION
  return ours ? (message as Message) : undefined
}
