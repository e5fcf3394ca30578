/** Types of frames (RFC 9113, 6) that the tests look for. */
export const DATA = 0
export const HEADERS = 1
export const GOAWAY = 7

const END_STREAM = 1
const HEAD = 9

export interface Frame {
  type: number
  /** The request is all there. */
  endsStream: boolean
  bytes: Buffer
}

/** Cuts what goes over a connection into frames. The bytes before the first one are the preface. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0)
  #preface: number

  constructor(preface = 0) {
    this.#preface = preface
  }

  *read(bytes: Buffer): Generator<Frame> {
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    if (this.#bytes.length < this.#preface) return
    this.#take(this.#preface)
    this.#preface = 0
    while (this.#bytes.length >= HEAD) {
      const length = HEAD + this.#bytes.readUIntBE(0, 3)
      if (this.#bytes.length < length) return
      const frame = this.#take(length)
      const type = frame.readUInt8(3)
      const carriesRequest = type === DATA || type === HEADERS
      yield { type, endsStream: carriesRequest && (frame.readUInt8(4) & END_STREAM) !== 0, bytes: frame }
    }
  }

  #take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }
}
