import { stripVTControlCharacters } from 'node:util'

/** How many lines are kept, and how much of each. */
const LINES = 5
const LONGEST = 300

type Stream = Pick<NodeJS.WriteStream, 'write'>

/** The last lines that are written to a stream, by `stream.write()`, as `console.error()` does. */
export interface LastLines {
  /** Oldest first, without empty ones. */
  readonly lines: readonly string[]
  /** Leaves the stream as it was. */
  stop(): void
}

export function keepLastLines(stream: Stream): LastLines {
  const own = Object.getOwnPropertyDescriptor(stream, 'write')
  const original = stream.write
  let text = ''
  const keep = function write(this: Stream, ...args: Parameters<Stream['write']>): boolean {
    text = (text + textOf(args[0])).slice(-2 * LINES * LONGEST)
    return Reflect.apply(original, this, args)
  } as Stream['write']
  stream.write = keep
  return {
    get lines() {
      return linesIn(text)
    },
    stop() {
      // Somebody else may have replaced it since, and calls ours.
      if (stream.write !== keep) return
      Reflect.deleteProperty(stream, 'write')
      if (own !== undefined) Object.defineProperty(stream, 'write', own)
    },
  }
}

const textOf = (chunk: unknown): string =>
  chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : typeof chunk === 'string' ? chunk : ''

function linesIn(text: string): string[] {
  const lines = stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .slice(-LINES)
    .map((line) => line.slice(0, LONGEST))
}
