import type { Readable, Writable } from 'node:stream'

/** A longer line is written in several pieces. Bytes */
const LONGEST = 64 * 1024

const NEWLINE = 10

/** Where lines of several processes go, each with what tells its origin before it. */
export class Output {
  readonly #to: Writable
  readonly #waiting = new Set<Readable>()
  #broken = false

  /** @param to it is never ended, and where it can take nothing more, all that comes is dropped */
  constructor(to: Writable) {
    this.#to = to
    to.on('drain', () => this.#goOn())
    // Nobody reads it any more (EPIPE), or the terminal is gone (EIO). A worker must not wait for that.
    to.on('error', () => {
      this.#broken = true
      this.#goOn()
    })
  }

  /**
   * Writes the lines of one process.
   * @returns a promise of the end of them
   */
  add(from: Readable, prefix: string): Promise<void> {
    const before = Buffer.from(prefix)
    let rest: Buffer = Buffer.alloc(0)
    const write = (bytes: Buffer): void => {
      if (this.#broken || this.#to.write(bytes)) return
      this.#waiting.add(from.pause())
    }
    from.on('data', (chunk: Buffer) => {
      const [lines, more] = split(Buffer.concat([rest, chunk]), before)
      rest = more
      if (lines.length > 0) write(Buffer.concat(lines))
    })
    return new Promise((resolve) => {
      from.once('error', () => from.destroy())
      from.once('close', () => {
        if (rest.length > 0) write(Buffer.concat([before, rest, Buffer.of(NEWLINE)]))
        this.#waiting.delete(from)
        resolve()
      })
    })
  }

  #goOn(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const from of waiting) from.resume()
  }
}

/** @returns the lines that are complete, with `prefix` before each, and what is left */
function split(bytes: Buffer, prefix: Buffer): [Buffer[], Buffer] {
  const lines: Buffer[] = []
  let start = 0
  for (;;) {
    const end = bytes.indexOf(NEWLINE, start)
    if (end === -1) break
    lines.push(prefix, bytes.subarray(start, end + 1))
    start = end + 1
  }
  while (bytes.length - start > LONGEST) {
    lines.push(prefix, bytes.subarray(start, start + LONGEST), Buffer.of(NEWLINE))
    start += LONGEST
  }
  return [lines, bytes.subarray(start)]
}
