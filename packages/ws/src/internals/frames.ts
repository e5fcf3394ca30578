/** What stands before the payload of a frame (RFC 6455, 5.2). */
export interface FrameHead {
  readonly fin: boolean
  /** Whether the message is compressed (RFC 7692, 6): in its first frame only. */
  readonly rsv1: boolean
  readonly opcode: number
}

/** Continues a message that another frame has begun. */
export const CONTINUATION = 0x0

const MASKED = 0x80
const NO_MASK: Uint8Array = Buffer.alloc(4)

/** The first two bytes of a frame of a client. @param length 0 to 125, or 126 or 127 for one that follows */
export const frameStart = ({ fin, rsv1, opcode }: FrameHead, length: number): Buffer =>
  Buffer.from([(fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode, MASKED | length])

/** A frame of a client as far as its masking key. */
export function frameBeforeMask(head: FrameHead, length: number): Buffer {
  if (length < 126) return frameStart(head, length)
  const extended = Buffer.alloc(length < 65_536 ? 2 : 8)
  if (extended.length === 2) extended.writeUInt16BE(length)
  else extended.writeBigUInt64BE(BigInt(length))
  return Buffer.concat([frameStart(head, extended.length === 2 ? 126 : 127), extended])
}

/** A whole frame of a client. Its masking key is 0, so that the payload stands in it as it is. */
export function wholeFrame(head: FrameHead, payload: readonly Uint8Array[]): Buffer {
  const length = payload.reduce((sum, piece) => sum + piece.length, 0)
  return Buffer.concat([frameBeforeMask(head, length), NO_MASK, ...payload])
}
