import { Writable } from 'node:stream'

/** What `write()` and `end()` are given, whichever arguments are left out. */
export interface Written {
  /** `undefined`: nothing, as `end()` may be called. */
  readonly bytes: Buffer | undefined
  readonly callback: ((error?: Error) => void) | undefined
}

/** What it was last given. */
let last: Buffer | undefined

/** Node checks what is written to it, and makes bytes of it, as it does for a socket. */
const checking = new Writable({
  write(chunk: Buffer, _, done) {
    last = chunk
    done()
  },
})

/** @throws what `write()` throws: the chunk is of a wrong type, or the encoding is unknown */
export function writtenOf(args: readonly unknown[]): Written {
  const [chunk, encoding] = args
  // The callback is called when the bytes have gone, and not by this.
  checking.write(chunk, (typeof encoding === 'function' ? undefined : encoding) as BufferEncoding)
  const bytes = last
  last = undefined
  return { bytes, callback: callbackOf(args) }
}

/** @throws what `end()` throws */
export function endedBy(args: readonly unknown[]): Written {
  const [chunk] = args
  // As Node has it: no chunk.
  if (chunk === undefined || chunk === null || typeof chunk === 'function') {
    return { bytes: undefined, callback: callbackOf(args) }
  }
  return writtenOf(args)
}

const callbackOf = (args: readonly unknown[]): Written['callback'] =>
  args.find((one) => typeof one === 'function') as Written['callback']
