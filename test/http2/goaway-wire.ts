import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { cleanUp } from '../support/clean-up.ts'
import { FrameReader, GOAWAY } from './frames.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'.length

/**
 * A wire to a server, on which its first GOAWAY waits until the client has asked once more. So that request races the
 * GOAWAY, which happens too rarely by itself for a test.
 */
export class GoawayWire {
  readonly #entrance: Server
  readonly #sockets = new Set<Socket>()
  readonly #port: number
  #holding = true

  /** The server has sent its GOAWAY, and the client does not know. */
  readonly goaway: Promise<void>
  #heldGoaway: () => void = () => {}

  private constructor(entrance: Server, port: number) {
    this.#entrance = entrance
    this.#port = port
    this.goaway = new Promise((resolve) => (this.#heldGoaway = resolve))
    entrance.on('connection', (client: Socket) => this.#join(client, connect(this.#port, '127.0.0.1')))
  }

  static async to(port: number): Promise<GoawayWire> {
    const entrance = createServer()
    await once(entrance.listen(0, '127.0.0.1'), 'listening')
    const wire = new GoawayWire(entrance, port)
    cleanUp(() => wire.#end())
    return wire
  }

  get port(): number {
    return (this.#entrance.address() as AddressInfo).port
  }

  #join(client: Socket, server: Socket): void {
    for (const socket of [client, server]) this.#sockets.add(socket.on('error', () => {}))
    const held: Buffer[] = []
    let ended = false
    const release = (): void => {
      for (const bytes of held.splice(0)) client.write(bytes)
      if (ended) client.end()
    }

    const said = new FrameReader()
    server.on('data', (bytes: Buffer) => {
      for (const frame of said.read(bytes)) {
        if (held.length > 0 || (this.#holding && frame.type === GOAWAY)) {
          this.#holding = false
          held.push(frame.bytes)
          this.#heldGoaway()
        } else client.write(frame.bytes)
      }
    })
    server.on('end', () => {
      ended = true
      if (held.length === 0) release()
    })

    const asked = new FrameReader(PREFACE)
    client.on('data', (bytes: Buffer) => {
      server.write(bytes)
      for (const frame of asked.read(bytes)) if (frame.endsStream && held.length > 0) release()
    })
    client.on('close', () => server.destroy())
  }

  #end(): void {
    this.#entrance.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}
