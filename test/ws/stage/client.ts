import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Target } from '@zerodown/load'
import { Watch } from '../../support/index.ts'
import type { Random } from './random.ts'
import type { Frame } from './frames.ts'
import { FrameReader, OPCODE, clientFrame } from './frames.ts'

/** How far a compressed message may refer back. bytes */
const WINDOW = 32 * 1024

export interface ClientOptions {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Cuts what it sends, and pauses between the pieces. Default: it sends each frame as a whole. */
  readonly random?: Random
  /** Answers pings only when it is told to. Default: at once. */
  readonly holdsPings?: boolean
  /** Opens the connection. Default: over TCP or a unix socket. */
  readonly connect?: () => Promise<Socket>
}

/** How it ended: the code of the server's close frame; 1006 if there was none. */
export interface End {
  readonly code: number
  readonly at: number
}

/**
 * A client of WebSockets that writes and reads each byte itself, opens one connection and never another, and keeps all that it
 * gets, in order.
 */
export class WebSocketClient {
  readonly texts: string[] = []
  readonly pongs: string[] = []
  /** Those that it has not answered. */
  readonly pings: Buffer[] = []
  /** The head of the answer to its request. */
  readonly head: string
  end: End | undefined
  readonly #socket: Socket
  readonly #watch = new Watch()
  readonly #reader = new FrameReader()
  readonly #random: Random | undefined
  readonly #compresses: boolean
  readonly #holdsPings: boolean
  #fragments: Required<Frame>[] = []
  #code = 1006
  #window: Buffer = Buffer.alloc(0)
  #writing: Promise<unknown> = Promise.resolve()

  static async open(target: Target, options: ClientOptions = {}): Promise<WebSocketClient> {
    const socket = await (options.connect ?? (() => connectTo(target)))()
    socket.setNoDelay()
    const { path = '/', headers = {} } = options
    const fields = {
      host: 'localhost',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...headers,
    }
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    let head = ''
    while (!head.includes('\r\n\r\n')) {
      const [chunk] = (await once(socket, 'data')) as [Buffer]
      head += chunk.toString('latin1')
    }
    const [first = '', ...rest] = head.split('\r\n\r\n')
    if (!first.startsWith('HTTP/1.1 101 ')) throw new Error(`not upgraded: ${first}`)
    return new WebSocketClient(socket, first, Buffer.from(rest.join('\r\n\r\n'), 'latin1'), options)
  }

  private constructor(socket: Socket, head: string, first: Buffer, { random, holdsPings = false }: ClientOptions) {
    this.#socket = socket
    this.#random = random
    this.#holdsPings = holdsPings
    this.head = head
    this.#compresses = /permessage-deflate/i.test(head)
    socket.on('data', (bytes) => this.#read(bytes))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.end = { code: this.#code, at: performance.now() }
      this.#watch.notify()
    })
    this.#read(first)
  }

  /** Sends a message, in fragments and with pings between them where it is random. */
  send(text: string): void {
    const random = this.#random
    const payload = Buffer.from(text)
    const compress = this.#compresses && (random?.below(2) ?? 1) === 1
    const whole = compress ? deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4) : payload
    const opcode = random?.below(2) === 0 ? OPCODE.binary : OPCODE.text
    if (random === undefined || random.below(3) > 0) return this.frame({ opcode, payload: whole, rsv1: compress })
    const cuts = [0, random.below(whole.length + 1), whole.length]
    this.frame({ opcode, payload: whole.subarray(0, cuts[1]), fin: false, rsv1: compress })
    if (random.below(2) === 0) this.ping(`between ${random.below(1000)}`)
    this.frame({ opcode: OPCODE.continuation, payload: whole.subarray(cuts[1]) })
  }

  ping(text: string): void {
    this.frame({ opcode: OPCODE.ping, payload: Buffer.from(text) })
  }

  answerPings(): void {
    for (const payload of this.pings.splice(0)) this.frame({ opcode: OPCODE.pong, payload })
  }

  frame(frame: Frame): void {
    const key = this.#random?.below(4) === 0 ? Buffer.alloc(4) : randomBytes(4)
    this.write(clientFrame(frame, key))
  }

  /** Sends bytes, behind all that was sent before; in pieces where it is random. */
  write(bytes: Buffer): void {
    this.#writing = this.#writing.then(() => this.#write(bytes))
  }

  async #write(bytes: Buffer): Promise<void> {
    const random = this.#random
    if (random === undefined || random.below(2) === 0) return void this.#socket.write(bytes)
    const cut = random.below(bytes.length)
    this.#socket.write(bytes.subarray(0, cut))
    await wait(random.below(30))
    this.#socket.write(bytes.subarray(cut))
  }

  /** Resolves when there are so many messages. */
  async waitFor(count: number, timeout = 20_000): Promise<readonly string[]> {
    await this.until(() => this.texts.length >= count, `${count} messages; it has ${this.texts.length}`, timeout)
    return this.texts
  }

  async closed(timeout = 20_000): Promise<End> {
    await this.until(() => this.end !== undefined, 'the end', timeout)
    return this.end as End
  }

  async until(isSo: () => boolean, what: string, timeout = 20_000): Promise<void> {
    await this.#watch.until(isSo, () => what, timeout)
  }

  /** Ends without a word. */
  destroy(): void {
    this.#socket.destroy()
  }

  #read(bytes: Buffer): void {
    for (const frame of this.#reader.read(bytes)) this.#take(frame)
    this.#watch.notify()
  }

  #take(frame: Required<Frame>): void {
    const { opcode, payload, fin } = frame
    if (opcode === OPCODE.pong) return void this.pongs.push(payload.toString())
    if (opcode === OPCODE.ping) {
      this.pings.push(payload)
      return this.#holdsPings ? undefined : this.answerPings()
    }
    if (opcode === OPCODE.close) {
      this.#code = payload.length < 2 ? 1005 : payload.readUInt16BE(0)
      this.frame({ opcode: OPCODE.close, payload: payload.subarray(0, 2) })
      return
    }
    this.#fragments.push(frame)
    if (!fin) return
    const message = Buffer.concat(this.#fragments.map((one) => one.payload))
    const isCompressed = this.#fragments[0]?.rsv1 === true
    this.#fragments = []
    this.texts.push((isCompressed ? this.#inflate(message) : message).toString())
  }

  /** The server may refer to what it has compressed before (RFC 7692, 7.2.3.2). */
  #inflate(message: Buffer): Buffer {
    const whole = Buffer.concat([message, Buffer.from([0, 0, 0xff, 0xff])])
    const inflated = inflateRawSync(whole, {
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(this.#window.length > 0 && { dictionary: this.#window }),
    })
    this.#window = Buffer.concat([this.#window, inflated]).subarray(-WINDOW)
    return inflated
  }
}

async function connectTo(target: Target): Promise<Socket> {
  const socket = connect('host' in target ? { host: target.host, port: target.port } : { path: target.socketPath })
  await once(socket, 'connect')
  return socket
}
