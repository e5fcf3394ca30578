import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Answer, Target } from '@zerodown/load'
import { ResponseParser } from '@zerodown/load'
import { Watch } from './processes/until.ts'

/** One connection whose every byte the test decides. It never connects again: what it gets, it gets on this one. */
export class Wire {
  /** How the connection was closed: by us, or by the server, in good order or not. */
  closed: 'in good order' | 'reset' | undefined
  readonly #socket: Socket
  readonly #watch: Watch = new Watch()
  readonly #parser = new ResponseParser()
  readonly #answers: Answer[] = []
  #raw: Buffer[] | undefined
  #taken = 0
  #wrong: Error | undefined

  /** Over a connection that is open already. */
  constructor(socket: Socket) {
    this.#socket = socket
    let failed = false
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('error', () => (failed = true))
    socket.on('close', () => {
      this.closed = failed ? 'reset' : 'in good order'
      this.#watch.notify()
    })
  }

  static async open<W extends Wire>(this: WireClass<W>, target: Target): Promise<W> {
    return new this(await connected(target))
  }

  static async openTimes<W extends Wire>(this: WireClass<W>, target: Target, times: number): Promise<W[]> {
    const sockets = await Promise.all(Array.from({ length: times }, () => connected(target)))
    return sockets.map((socket) => new this(socket))
  }

  get localPort(): number | undefined {
    return this.#socket.localPort
  }

  write(bytes: string | Buffer): void {
    this.#socket.write(bytes)
  }

  /** Writes a GET for each path, all in one piece. */
  get(...paths: string[]): void {
    this.write(paths.map((path) => GET(path)).join(''))
  }

  /** One GET, and its answer. */
  async ask(path = '/'): Promise<Answer> {
    this.get(path)
    return this.answer()
  }

  /** The next answer that was not taken yet. */
  async answer(): Promise<Answer> {
    const [answer] = await this.answers(1)
    return answer as Answer
  }

  /** The next answers that were not taken yet. */
  async answers(count: number): Promise<Answer[]> {
    const from = this.#taken
    this.#taken += count
    await this.answeredTimes(from + count)
    return this.#answers.slice(from, from + count)
  }

  /** Resolves when a part of the next answer has come. */
  async answerBegins(): Promise<void> {
    await this.#until(
      () => this.#parser.partial,
      () => 'the beginning of an answer',
    )
  }

  /** How many answers have come, and whether there is more than those. */
  get heard(): { answers: number; more: boolean } {
    return { answers: this.#answers.length, more: this.#parser.partial }
  }

  /** Resolves when that many answers have come, taken or not. */
  async answeredTimes(count: number): Promise<void> {
    await this.#until(
      () => this.#answers.length >= count,
      () => `${count} answers; there are ${this.#answers.length}`,
    )
  }

  /** From here on what comes is no HTTP any more. Resolves when it is like `pattern`. */
  async hears(pattern: RegExp): Promise<string> {
    this.#raw ??= []
    const heard = (): string => Buffer.concat(this.#raw ?? []).toString('latin1')
    await this.#until(
      () => pattern.test(heard()),
      () => `something like ${pattern}; came ${heard()}`,
    )
    return heard()
  }

  /** A reader that does not read: what the server sends fills the buffers in between, and then its memory. */
  stopReading(): void {
    this.#socket.pause()
  }

  readOn(): void {
    this.#socket.resume()
  }

  /** We have nothing more to say, but go on listening. */
  end(): void {
    this.#socket.end()
  }

  /** Gone, without a word. */
  destroy(): void {
    this.#socket.destroy()
  }

  /** Gone, with an RST in place of a FIN. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** Resolves when the connection is no more. */
  async ended(): Promise<void> {
    await this.#watch.until(() => this.closed, 'the end of the connection', 20_000)
  }

  async #until(condition: () => boolean, what: () => string): Promise<void> {
    await this.#watch.until(
      () => {
        if (this.#wrong !== undefined) throw this.#wrong
        if (condition()) return true
        if (this.closed !== undefined) throw new Error(`closed ${this.closed}, not ${what()}`)
        return undefined
      },
      what,
      20_000,
    )
  }

  #read(bytes: Buffer): void {
    if (this.#raw === undefined) this.#parse(bytes)
    else this.#raw.push(bytes)
    this.#watch.notify()
  }

  #parse(bytes: Buffer): void {
    if (this.#wrong !== undefined) return
    try {
      this.#answers.push(...this.#parser.push(bytes))
    } catch (error) {
      this.#wrong = new Error(`no answer that could be read: ${bytes.toString('latin1', 0, 200)}`, { cause: error })
    }
  }
}

type WireClass<W> = new (socket: Socket) => W

async function connected(target: Target): Promise<Socket> {
  // Half-open: that we have nothing more to say does not mean that we no longer listen.
  const socket = connect({ ...('port' in target ? target : { path: target.socketPath }), allowHalfOpen: true })
  socket.on('end', () => socket.end())
  await once(socket, 'connect')
  return socket
}

export const GET = (path = '/', ...headers: string[]): string =>
  [`GET ${path} HTTP/1.1`, 'host: localhost', ...headers, '', ''].join('\r\n')
