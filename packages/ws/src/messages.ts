import type { Call } from './outbox.ts'

/** What JSON can hold of data: a text is one of the protocol too, and bytes are in base64. */
type Data = string | { readonly bytes: string } | null

/** A call on a WebSocket that has moved. To the successor. */
export interface CallMessage {
  readonly id: number
  readonly method: Call['method']
  readonly data?: Data
  readonly options?: Readonly<Record<string, unknown>>
  readonly code?: number
  /** Where the caller waits for its end: by which number it is told. */
  readonly call?: number
}

/** Calls between which nothing else must be sent. */
export interface CallMessages {
  readonly calls: readonly CallMessage[]
}

/** The last one to the successor. It answers as to a call, so that all before has arrived by then. */
export interface LeavesMessage {
  readonly leaves: number
}

/** To the predecessor: the end of a call; or what happened on a WebSocket that has come, as far as the old process waits for it. */
export type Report =
  | { readonly called: number; readonly error?: string }
  | { readonly id: number; readonly pong: string }
  | { readonly id: number; readonly closed: number; readonly reason: string }

/** @throws what `Buffer.from()` throws, for what is no data */
export function callMessage(id: number, { method, data, rest }: Call, call: number | undefined): CallMessage {
  const known = call === undefined ? { id, method } : { id, method, call }
  if (method === 'terminate') return known
  if (method === 'close') {
    const reason = encode(rest[0])
    return typeof data === 'number' ? { ...known, code: data, data: reason } : known
  }
  const options = method === 'send' ? sendOptions(rest[0]) : undefined
  return options === undefined ? { ...known, data: encode(data) } : { ...known, data: encode(data), options }
}

function sendOptions(options: unknown): Record<string, unknown> | undefined {
  if (typeof options !== 'object' || options === null) return undefined
  const { binary, compress, fin } = options as Record<string, unknown>
  return Object.fromEntries(Object.entries({ binary, compress, fin }).filter(([, value]) => value !== undefined))
}

function encode(data: unknown): Data {
  if (data === undefined || data === null) return null
  if (typeof data === 'string') return data
  if (typeof data === 'number') return String(data)
  return { bytes: bytesOf(data).toString('base64') }
}

function bytesOf(data: unknown): Buffer {
  if (!ArrayBuffer.isView(data)) return Buffer.from(data as ArrayBuffer)
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}

/** @returns data as the methods of a WebSocket take them */
export function decode(data: Data | undefined): string | Buffer | undefined {
  if (typeof data === 'string') return data
  return data === undefined || data === null ? undefined : Buffer.from(data.bytes, 'base64')
}
