import { Blob } from 'node:buffer'

/** How long the payload of a control frame may be (RFC 6455, 5.5). bytes */
const MOST_CONTROL = 125

/**
 * Throws what `ws` throws where a method of a WebSocket is called with wrong arguments. What waits, or is done by another process,
 * would throw later, where its caller cannot catch it.
 * @param isOpen whether it has not been closed: then `ws` looks at nothing that `close()` is given
 */
export function checkCall(method: string, [data, reason]: readonly unknown[], isOpen: boolean): void {
  if (method === 'send') lengthOf(data)
  else if (method === 'ping' || method === 'pong') checkControl(data)
  else if (method === 'close' && isOpen) checkClose(data, reason)
}

function checkControl(data: unknown): void {
  if (typeof data !== 'function' && lengthOf(data) > MOST_CONTROL) {
    throw new RangeError(`The data size must not be greater than ${MOST_CONTROL} bytes`)
  }
}

/** @throws {TypeError} it is no data */
function lengthOf(data: unknown): number {
  if (!data) return 0
  if (typeof data === 'string' || typeof data === 'number') return Buffer.byteLength(String(data))
  if (data instanceof Blob) return data.size
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return data.byteLength
  return Buffer.from(data as ArrayBuffer).length
}

function checkClose(code: unknown, reason: unknown): void {
  if (code === undefined) return
  if (typeof code !== 'number' || !isCode(code)) {
    throw new TypeError('First argument must be a valid error code number')
  }
  if (reason === undefined || !(reason as { length?: number }).length) return
  // Two bytes are the code.
  if (Buffer.byteLength(reason as string) > MOST_CONTROL - 2) {
    throw new RangeError(`The message must not be greater than ${MOST_CONTROL - 2} bytes`)
  }
  if (typeof reason !== 'string' && !(reason instanceof Uint8Array)) {
    throw new TypeError('Second argument must be a string or a Uint8Array')
  }
}

/** Whether a close frame may have it (RFC 6455, 7.4, and the registry of the IANA that has come of it). */
const isCode = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)
