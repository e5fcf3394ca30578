import type { Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { listen, portOf } from './servers.ts'

/** A wire between a client and a server, on which what the server says can be held back for a while. */
export class HeldWire {
  readonly #entrance: Server
  readonly #held: Buffer[] = []
  #client: Socket | undefined
  #holding = false
  #heard: (() => void) | undefined

  private constructor(entrance: Server, server: Server) {
    this.#entrance = entrance
    entrance.on('connection', (client: Socket) => {
      const upstream = connect(portOf(server), '127.0.0.1')
      this.#client = client
      client.pipe(upstream)
      upstream.on('data', (bytes: Buffer) => {
        if (this.#holding) this.#held.push(bytes)
        else client.write(bytes)
        this.#heard?.()
      })
      upstream.on('end', () => client.end())
      for (const socket of [client, upstream]) socket.on('error', () => {})
      client.on('close', () => upstream.destroy())
    })
  }

  static async to(server: Server): Promise<HeldWire> {
    return new HeldWire(await listen(createServer()), server)
  }

  get port(): number {
    return portOf(this.#entrance)
  }

  /** From now on the client hears nothing. */
  hold(): void {
    this.#holding = true
  }

  /** Waits until the server has said something that the client does not know of. */
  async heldSomething(): Promise<void> {
    while (this.#held.length === 0) await new Promise<void>((resolve) => (this.#heard = resolve))
  }

  release(): void {
    this.#holding = false
    for (const bytes of this.#held.splice(0)) this.#client?.write(bytes)
  }
}
