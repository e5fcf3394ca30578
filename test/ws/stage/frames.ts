// Frames (RFC 6455, 5.2), written and read by hand, so that a test decides on each byte.

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface Frame {
  readonly opcode: number
  readonly payload: Buffer
  readonly fin?: boolean
  readonly rsv1?: boolean
}

/** A frame of a client. @param key the masking key */
export function clientFrame({ opcode, payload, fin = true, rsv1 = false }: Frame, key: Buffer): Buffer {
  const masked = Buffer.from(payload)
  for (let at = 0; at < masked.length; at += 1) masked[at] = (masked[at] ?? 0) ^ (key[at % 4] ?? 0)
  return Buffer.concat([
    Buffer.from([(fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode]),
    lengthOf(payload.length),
    key,
    masked,
  ])
}

function lengthOf(length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | length])
  const extended = Buffer.alloc(length < 65_536 ? 3 : 9)
  extended[0] = 0x80 | (extended.length === 3 ? 126 : 127)
  if (extended.length === 3) extended.writeUInt16BE(length, 1)
  else extended.writeBigUInt64BE(BigInt(length), 1)
  return extended
}

/** Reads the frames of a server out of what comes, however it is cut. */
export class FrameReader {
  #buffered: Buffer = Buffer.alloc(0)

  read(bytes: Buffer): Required<Frame>[] {
    this.#buffered = Buffer.concat([this.#buffered, bytes])
    const frames: Required<Frame>[] = []
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame)
    return frames
  }

  #next(): Required<Frame> | undefined {
    const bytes = this.#buffered
    const [first, second] = bytes
    if (first === undefined || second === undefined) return undefined
    if ((second & 0x80) !== 0) throw new Error('a server must not mask')
    const start = 2 + ({ 126: 2, 127: 8 }[second] ?? 0)
    if (bytes.length < start) return undefined
    const length = start === 2 ? second : start === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
    if (bytes.length < start + length) return undefined
    this.#buffered = bytes.subarray(start + length)
    return {
      fin: (first & 0x80) !== 0,
      rsv1: (first & 0x40) !== 0,
      opcode: first & 0xf,
      payload: bytes.subarray(start, start + length),
    }
  }
}
