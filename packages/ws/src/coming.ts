import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Details } from '@zerodown/core/kinds'
import type { Answer } from './answer.ts'

/** What comes along with a WebSocket. */
export interface Along {
  readonly id: number
  /** The head of the request by which it was opened. */
  readonly head: string
  readonly answer: Answer
  /** What was read of a message and not given to the application. base64 */
  readonly unfinished: string
  /** What `give()` returned. JSON */
  readonly state?: string
}

/** @returns `undefined` if it comes from a version that says it in another way */
export function readAlong(details: Details): Along | undefined {
  const { id, head, answer, unfinished, state } = details as Partial<Record<keyof Along, unknown>>
  const isKnown =
    typeof id === 'number' &&
    typeof head === 'string' &&
    typeof unfinished === 'string' &&
    (state === undefined || typeof state === 'string') &&
    isAnswer(answer)
  return isKnown ? ({ id, head, answer, unfinished, ...(state !== undefined && { state }) } as Along) : undefined
}

function isAnswer(value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null) return false
  const { accept, extensions, protocol } = value as Partial<Answer>
  return [accept, extensions, protocol].every((one) => typeof one === 'string')
}

/** A WebSocket that comes, from the beginning of its request on. */
export class Coming {
  readonly along: Along
  /** Whether `take()` has failed, so that it goes back. */
  failed = false

  constructor(along: Along) {
    this.along = along
  }
}

const all = new WeakMap<Socket, Coming>()

export const expect = (socket: Socket, coming: Coming): unknown => all.set(socket, coming)

/** What came along with a connection; `undefined` if this process has accepted it itself. */
export const comingOver = (socket: Socket): Coming | undefined => all.get(socket)

/**
 * Whether the WebSocket of this request was open in another process before, so that the request is read for the second
 * time. For what must not count, or be checked, twice: a ticket that is valid once, a limit on new connections.
 */
export const isMove = ({ socket }: Pick<IncomingMessage, 'socket'>): boolean => all.has(socket)
