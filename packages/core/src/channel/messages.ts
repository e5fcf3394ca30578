import type { Payload, AcceptedKinds } from '../handover/payload.ts'
import type { TicketKeys } from '../handover/ticket-keys.ts'

/**
 * What the two generations of a restart say to each other, over a channel of their own. Both may run different versions
 * of zerodown, so each message is marked and numbered; what is not ours, or of a kind that we do not know, is ignored.
 */
const MARK = 'zerodown'
const VERSION = 1

/** From the successor. */
export type FromSuccessor =
  /** Said first: this process is the server, whoever the child is that was started. */
  | { type: 'hello'; pid: number }
  | { type: 'ready'; pid: number; receivers?: readonly AcceptedKinds[] }
  /** Of the connections asked about, those that are held; of those passed on, those that are served; else none. */
  | { type: 'connections'; question: number; ids: readonly number[] }
  /** It has begun to end, or serves nothing any more. */
  | { type: 'leaving'; why: string }
  /** Of what it said that it serves: what it does not. */
  | { type: 'serving'; notServed: readonly string[] }
  /** It could not listen; it will end, or become ready without. */
  | { type: 'refused'; message: string }
  /** The further restart that it was asked for ended so. */
  | { type: 'restarted'; pid: number; generation: number }
  | { type: 'not-restarted'; message: string }

/** From the predecessor. */
export type FromPredecessor =
  | { type: 'ticket-keys'; ticketKeys: readonly TicketKeys[] }
  /** Do you still serve? Asked before the commit, as one that lives may have closed its servers, or hang. */
  | { type: 'serving-asked' }
  /** The listeners are yours. `restart`: a trigger came meanwhile, so restart once more. */
  | { type: 'commit'; restart: boolean }
  /** End. Behind a script nobody knows the server, to send it a signal, before it has said who it is. */
  | { type: 'stop' }
  /** A trigger reached the predecessor after its commit. */
  | { type: 'restart' }
  /** With a handle: a copy of a connection of that listener, to be held if it is the very socket that is meant. */
  | { type: 'connection'; id: number; listener: number; kind: string; inode?: number | undefined }
  /** Sent behind them: which are held? */
  | { type: 'connections-asked'; question: number; ids: readonly number[] }
  /** The first is about to be passed on: answer when you can serve it without delay. */
  | { type: 'connections-coming'; question: number }
  /** From here on they are yours to serve, and no longer read here. */
  | { type: 'connections-passed'; question: number; connections: readonly { id: number; payload: Payload }[] }
  /** It has ended, and your copy is the last. */
  | { type: 'connection-closed'; id: number }

export const mark = <Message extends object>(message: Message): Message => ({ [MARK]: VERSION, ...message })

export function unmark<Message>(message: unknown): Message | undefined {
  const ours = typeof message === 'object' && message !== null && (message as Record<string, unknown>)[MARK] === VERSION
  return ours ? (message as Message) : undefined
}
