import type { Socket } from 'node:net'
import { connect } from 'node:net'

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
const OPENED_AT_ONCE = 100

/**
 * Keep-alive connections that take turns with nothing but bytes: all answers are of one length, so an answer is there
 * when that many bytes are. A client that parses them needs more time than the server that is measured, and with two
 * cores it would be the client's throughput that is seen.
 */
export class KeptConnections {
  readonly #sockets: Socket[] = []
  readonly #lost: Promise<never>
  #fail: (error: Error) => void = () => {}
  /** Called for each full answer. */
  #answered: (socket: Socket) => void = () => {}
  /** Bytes of an answer. 0: not known yet. */
  #length = 0

  private constructor() {
    this.#lost = new Promise((_resolve, reject) => {
      this.#fail = reject
    })
    this.#lost.catch(() => {})
  }

  /** Opens `count` connections; each makes one request. */
  static async open(port: number, count: number): Promise<KeptConnections> {
    const connections = new KeptConnections()
    while (connections.#sockets.length < count) {
      const missing = count - connections.#sockets.length
      await connections.#openSome(port, Math.min(missing, OPENED_AT_ONCE))
    }
    return connections
  }

  /**
   * Makes `total` requests, one at a time on each connection. Resolves with the time that it took, in ms.
   * @param latencies what each request took is added to them. ms
   */
  async burst(total: number, latencies?: number[]): Promise<number> {
    const began = performance.now()
    const asked = new Map<Socket, number>()
    let begun = 0
    let answered = 0
    const ask = (socket: Socket): void => {
      begun += 1
      if (latencies !== undefined) asked.set(socket, performance.now())
      socket.write(REQUEST)
    }
    const done = new Promise<void>((resolve) => {
      this.#answered = (socket) => {
        answered += 1
        latencies?.push(performance.now() - (asked.get(socket) ?? Number.NaN))
        if (begun < total) ask(socket)
        else if (answered === total) resolve()
      }
    })
    for (const socket of this.#sockets.slice(0, total)) ask(socket)
    await Promise.race([done, this.#lost])
    return performance.now() - began
  }

  close(): void {
    this.#fail = () => {}
    for (const socket of this.#sockets) socket.destroy()
  }

  async #openSome(port: number, count: number): Promise<void> {
    let answers = 0
    const done = new Promise<void>((resolve) => {
      this.#answered = () => {
        if (++answers === count) resolve()
      }
    })
    for (let opened = 0; opened < count; opened++) this.#sockets.push(this.#connect(port))
    await Promise.race([done, this.#lost])
  }

  #connect(port: number): Socket {
    let received = 0
    const buffer = Buffer.allocUnsafe(4096)
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer,
        callback: (size) => {
          if (this.#length === 0) this.#length = lengthOfAnswer(buffer.subarray(0, size))
          received += size
          if (received > this.#length) this.#fail(new Error('more was answered than asked for'))
          if (received < this.#length) return true
          received = 0
          this.#answered(socket)
          return true
        },
      },
    })
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed a connection')))
    socket.write(REQUEST)
    return socket
  }
}

/** @throws if it is not one whole answer */
function lengthOfAnswer(bytes: Buffer): number {
  const text = bytes.toString('latin1')
  const bodyFrom = text.indexOf('\r\n\r\n') + 4
  const bodyLength = Number(/^content-length: (\d+)/im.exec(text)?.[1])
  if (!text.startsWith('HTTP/1.1 200 ') || bodyFrom + bodyLength !== bytes.length) {
    throw new Error(`answered with ${JSON.stringify(text)}`)
  }
  return bytes.length
}
