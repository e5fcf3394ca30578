import type { Socket } from 'node:net'
import { defer } from '../../node/deferred.ts'

const END = '\r\n\r\n'

/** Longer than any head that a client takes. bytes */
const LONGEST = 1024 * 1024

type Callback = ((error?: Error | null) => void) | null | undefined

/**
 * Keeps back the head of the first answer that is written to a socket: its client has had it. What is written behind it
 * goes out. Until the head is complete, and found right, the client gets nothing.
 */
export class AnswerHead {
  readonly #socket: Socket
  readonly #fits: (head: string) => boolean
  readonly #decided = defer<boolean>()
  #written = ''
  #fate: boolean | undefined

  /** @param fits whether this is the head that the client has had; latin1, with the empty line at its end */
  constructor(socket: Socket, fits: (head: string) => boolean) {
    this.#socket = socket
    this.#fits = fits
    socket.write = ((chunk: string | Uint8Array, encoding?: BufferEncoding | Callback, callback?: Callback) =>
      this.#write(chunk, encoding, callback)) as Socket['write']
    // An answer that ends before its head does is none.
    socket.end = ((...args: unknown[]) => this.#end(args)) as Socket['end']
    socket.once('close', () => this.#decide(false))
  }

  /** Whether it is the right one; `undefined`: it is not complete. */
  get fits(): boolean | undefined {
    return this.#fate
  }

  /** Resolves when it is known whether it is the right one. */
  get decided(): Promise<boolean> {
    return this.#decided.promise
  }

  /** Gives up: it takes too long. */
  refuse(): void {
    this.#decide(false)
  }

  #write(chunk: string | Uint8Array, encoding: BufferEncoding | Callback, callback?: Callback): boolean {
    const done = (typeof encoding === 'function' ? encoding : callback) ?? undefined
    const bytes =
      typeof chunk === 'string' ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8') : chunk
    if (this.#fate !== undefined) return this.#behind(bytes, done)
    this.#written += Buffer.from(bytes).toString('latin1')
    const end = this.#written.indexOf(END)
    if (end === -1) {
      if (this.#written.length > LONGEST) this.#decide(false)
      if (done !== undefined) process.nextTick(done)
      return true
    }
    const rest = Buffer.from(this.#written.slice(end + END.length), 'latin1')
    this.#decide(this.#fits(this.#written.slice(0, end + END.length)))
    return this.#behind(rest, done)
  }

  #end(args: unknown[]): Socket {
    const [first] = args
    if (typeof first === 'string' || first instanceof Uint8Array) {
      this.#write(first, typeof args[1] === 'string' ? (args[1] as BufferEncoding) : undefined)
    }
    if (this.#fate === undefined) this.#decide(false)
    const done = args.find((one) => typeof one === 'function') as (() => void) | undefined
    return this.#socket.destroyed ? this.#socket : this.#socket.end(done)
  }

  /** Writes what comes behind the head; nothing, if the head was the wrong one. */
  #behind(bytes: Uint8Array, done: (() => void) | undefined): boolean {
    if (this.#fate === true && bytes.length > 0) return this.#socket.write(bytes, done)
    if (done !== undefined) process.nextTick(done)
    return true
  }

  #decide(fits: boolean): void {
    if (this.#fate !== undefined) return
    this.#fate = fits
    this.#written = ''
    Reflect.deleteProperty(this.#socket, 'write')
    Reflect.deleteProperty(this.#socket, 'end')
    // This closes only our copy: the predecessor still has the connection, and its client hears nothing.
    if (!fits) this.#socket.destroy()
    this.#decided.resolve(fits)
  }
}
