import type { Socket } from 'node:net'
import { holdReading } from '../../node/internals/hold-reading.ts'
import { within } from '../../node/within.ts'
import { beginReplaying, endReplaying } from './replaying.ts'
import type { Accept } from '../kinds/kind.ts'
import { AnswerHead } from './answer-head.ts'
import { acceptForHttp, feed } from './feed.ts'

/** How long a handler may take for the head of its answer: meanwhile the client waits. ms */
const PATIENCE = 5000

/** A request that is read once more, by the process to which its connection comes. */
export interface Replay {
  /** The head of the original request (`requestHead()`), and behind it what was read and not served. */
  readonly bytes: Uint8Array
  /**
   * Whether the client has had this head of an answer, so that what follows continues what it has read.
   * @param head from the status line to the empty line, latin1
   */
  fits(head: string): boolean
  /** Called with the socket before the server reads the request. */
  begin?(socket: Socket): void
  /** Default: 5000. ms */
  readonly patience?: number
}

/**
 * Has the HTTP server behind `accept` serve a connection in the middle of an answer: it reads the original request once
 * more, so that the application's own handler runs, and the head of the answer, which the client has had, is kept back.
 * For connections that were upgraded, too. If the application answers otherwise, refuses, or takes too long, the
 * connection stays with the predecessor, and its client has noticed nothing.
 * @returns what the `receive()` of a kind returns
 */
export function replay(
  accept: Accept,
  connection: object,
  { bytes, fits, begin, patience = PATIENCE }: Replay,
): boolean | Promise<boolean> {
  const readOn = holdReading(connection)
  const socket = readOn && acceptForHttp(accept, connection)
  if (readOn === undefined || socket === undefined) return false
  const head = new AnswerHead(socket, fits)
  beginReplaying(socket)
  void head.decided.then(() => endReplaying(socket))
  begin?.(socket)
  if (!feed(socket, bytes)) head.refuse()
  const settle = (served: boolean): boolean => {
    if (served) readOn()
    return served
  }
  if (head.fits !== undefined) return settle(head.fits)
  return settleLater(head, patience).then(settle)
}

async function settleLater(head: AnswerHead, patience: number): Promise<boolean> {
  if (!(await within(patience, head.decided))) head.refuse()
  return head.decided
}
