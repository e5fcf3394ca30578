import type { Socket } from 'node:net'

/** What goes over the pipe: a length (4 bytes, big endian, of what follows), a type (1 byte), and what belongs to it. */
export interface Frame {
  readonly type: number
  readonly content: Buffer
}

export const FRAMES = {
  /** The first one, both ways: the token of the other side. */
  hello: 1,
  /** Serialized entries. */
  entries: 2,
  /** All entries of `give()` have been sent; or why not, as text. */
  walked: 3,
  /** Nothing follows. */
  end: 4,
} as const

const HEAD = 5

/** @returns whether the other side keeps up; if not, wait for `flowing()` */
export function writeFrame(socket: Socket, type: number, content: Uint8Array = Buffer.alloc(0)): boolean {
  const head = Buffer.alloc(HEAD)
  head.writeUInt32BE(content.length + 1)
  head[4] = type
  socket.cork()
  socket.write(head)
  const flows = socket.write(content)
  socket.uncork()
  return flows
}

/** Resolves when the socket takes more, or has closed. */
export function flowing(socket: Socket): Promise<void> {
  if (!socket.writableNeedDrain || socket.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}

/** Reads frames until the socket ends, however that comes. No more is read before a frame has been dealt with. */
export async function* readFrames(socket: Socket): AsyncGenerator<Frame, void> {
  let chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      // Put together only when there is a whole one: large frames come in many pieces.
      while (length >= HEAD && length >= sizeOf(chunks)) {
        const all = chunks.length === 1 ? (chunks[0] ?? chunk) : Buffer.concat(chunks)
        const end = all.readUInt32BE() + 4
        chunks = end < all.length ? [all.subarray(end)] : []
        length = all.length - end
        yield { type: all[4] ?? 0, content: all.subarray(HEAD, end) }
      }
    }
  } catch {
    // The other process has gone.
  }
}

/** The size of the first frame, of which at least the head has come. */
function sizeOf(chunks: Buffer[]): number {
  const [first] = chunks
  if (first === undefined) return Infinity
  if (first.length < 4) chunks.splice(0, chunks.length, Buffer.concat(chunks))
  return (chunks[0]?.readUInt32BE() ?? Infinity) + 4
}
