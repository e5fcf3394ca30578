import type { AnyWebSocket } from '../types.ts'
import { isUnderstood } from './known-receivers.ts'
import type { Receiver } from './receiver.ts'

/** The only extension that `ws` has (RFC 7692). */
const DEFLATE = 'permessage-deflate'

/** What of a sender tells whether something is still to be sent. `_state` is there from 8.18.3 on, `_deflating` before. */
interface Sender {
  readonly _queue: readonly unknown[]
  readonly _bufferedBytes: number
  /** Whether the next data begins a message. */
  readonly _firstFragment: boolean
  readonly _state?: unknown
  readonly _deflating?: unknown
}

interface Deflate {
  readonly params: Readonly<Record<string, unknown>>
  /** The decompressor; `null` until the client has compressed something. */
  readonly _inflate: object | null
}

/** The parts of a WebSocket of `ws` that it does not document. */
export interface Internals {
  readonly receiver: Receiver
  readonly sender: Sender
  readonly deflate: Deflate | undefined
}

/** @returns `undefined`: this version of `ws` has others */
export function internalsOf(client: AnyWebSocket): Internals | undefined {
  const { _receiver: receiver, _sender: sender, _extensions: extensions } = client as unknown as Record<string, unknown>
  if (!isUnderstood(receiver) || !isSender(sender) || typeof extensions !== 'object' || extensions === null) {
    return undefined
  }
  const deflate: unknown = Reflect.get(extensions, DEFLATE)
  return deflate === undefined || isDeflate(deflate) ? { receiver, sender, deflate } : undefined
}

/** Whether everything that the application has sent is with the socket, and the next thing begins a message. */
export const hasSentAll = (sender: Sender): boolean =>
  sender._queue.length === 0 &&
  sender._bufferedBytes === 0 &&
  sender._firstFragment &&
  (sender._state ?? 0) === 0 &&
  sender._deflating !== true

/** Whether to read on needs what the client has compressed before. */
export const needsWindow = ({ deflate }: Internals): boolean =>
  deflate !== undefined && deflate._inflate !== null && deflate.params.client_no_context_takeover !== true

function isSender(value: unknown): value is Sender {
  if (typeof value !== 'object' || value === null) return false
  const { _queue, _bufferedBytes, _firstFragment, _state, _deflating } = value as Sender
  return (
    Array.isArray(_queue) &&
    typeof _bufferedBytes === 'number' &&
    typeof _firstFragment === 'boolean' &&
    (typeof _state === 'number' || typeof _deflating === 'boolean')
  )
}

function isDeflate(value: unknown): value is Deflate {
  if (typeof value !== 'object' || value === null || !('_inflate' in value)) return false
  const { params } = value as { params?: unknown }
  return typeof params === 'object' && params !== null
}
