import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** How often something is said on each connection. ms */
export const EVERY = 100

/** What a client says, in bytes: the client should not cost more than what is measured. */
interface Talk {
  /** Whether it is over TCP alone. */
  readonly raw?: true
  readonly hello?: string
  readonly message?: Buffer
}

const get = (path: string, ...headers: string[]): string =>
  ['GET', path, 'HTTP/1.1\r\nHost: localhost\r\n'].join(' ') + headers.map((line) => `${line}\r\n`).join('') + '\r\n'

export type Kind = 'HTTP keep-alive' | 'WebSocket' | 'event stream' | 'raw TCP'

export const KINDS: Readonly<Record<Kind, Talk>> = {
  'HTTP keep-alive': { message: Buffer.from(get('/')) },
  WebSocket: {
    hello: get(
      '/',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ),
    // A text frame whose mask is 0 (RFC 6455, section 5.2).
    message: Buffer.concat([Buffer.from([0x81, 0x84, 0, 0, 0, 0]), Buffer.from('ping')]),
  },
  'event stream': { hello: get('/events') },
  'raw TCP': { raw: true, message: Buffer.from('ping\n') },
}

/** Open connections of one kind, on each of which something is said every 100 ms. */
export class Connections {
  readonly #sockets: readonly Socket[]
  readonly #talking: NodeJS.Timeout[] = []
  readonly #lost: Promise<never>

  private constructor(sockets: readonly Socket[], lost: Promise<never>, message: Buffer | undefined) {
    this.#sockets = sockets
    this.#lost = lost
    if (message === undefined) return
    sockets.forEach((socket, at) => {
      const begin = (): void => void this.#talking.push(setInterval(() => socket.write(message), EVERY))
      this.#talking.push(setTimeout(begin, (at * EVERY) / sockets.length))
    })
  }

  static async open(
    kind: Kind,
    ports: { readonly port: number; readonly tcp?: number },
    count: number,
  ): Promise<Connections> {
    const { raw, hello, message }: Talk = KINDS[kind]
    const sockets: Socket[] = []
    const { promise: lost, reject } = withRejecter()
    while (sockets.length < count) {
      const socket = connect({ port: (raw && ports.tcp) || ports.port, host: '127.0.0.1', noDelay: true })
      sockets.push(socket)
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('the server closed a connection')))
      await Promise.race([once(socket, 'connect'), lost])
      socket.write(hello ?? message ?? '')
      await Promise.race([once(socket, 'data'), lost])
      socket.resume()
    }
    return new Connections(sockets, lost, message)
  }

  /** @throws if one of them is closed meanwhile */
  async through<Result>(something: Promise<Result>): Promise<Result> {
    const result = await Promise.race([something, this.#lost])
    // What ended with the old process is seen a moment later.
    await Promise.race([wait(EVERY), this.#lost])
    return result
  }

  close(): void {
    for (const timer of this.#talking) clearInterval(timer)
    for (const socket of this.#sockets) socket.destroy()
  }
}

function withRejecter(): { promise: Promise<never>; reject(error: Error): void } {
  let reject = (_error: Error): void => {}
  const promise = new Promise<never>((_, rejects) => (reject = rejects))
  promise.catch(() => {})
  return { promise, reject }
}
