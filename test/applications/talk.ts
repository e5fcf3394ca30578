import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cleanUp } from '../support/clean-up.ts'
import { Watch } from '../support/index.ts'
import type { Address } from './application.ts'

/** What is used here of socket.io-client, which is installed with the application. */
interface Client {
  on(event: 'connect' | 'disconnect', listener: (reason: string) => void): void
  emitWithAck(event: string, ...args: unknown[]): Promise<unknown>
  disconnect(): void
}

/** A client of Socket.IO that says one thing after the other, each again until it is answered. */
export class Talk {
  readonly answers: { number: number; pid: number }[] = []
  connections = 0
  #watch = new Watch()
  #over = false

  /** @param options of the client, beside those by which it says all again */
  constructor(folder: string, { host, port }: Address, options: object) {
    const { io } = createRequire(join(folder, 'server.js'))('socket.io-client') as {
      io(url: string, options: object): Client
    }
    const client = io(`http://${host}:${port}`, { ...options, ackTimeout: 1000, retries: 20 })
    cleanUp(() => {
      this.#over = true
      client.disconnect()
    })
    client.on('connect', () => (this.connections += 1))
    void this.#say(client)
  }

  /** Waits for an answer of such a process. */
  answeredBy(isIt: (pid: number) => boolean): Promise<true> {
    return this.#watch.until(() => this.answers.some(({ pid }) => isIt(pid)), 'an answer of another process', 20_000)
  }

  /** Waits for so many more answers. */
  hears(more: number): Promise<true> {
    const enough = this.answers.length + more
    return this.#watch.until(() => this.answers.length >= enough, `${more} more answers`, 20_000)
  }

  async #say(client: Client): Promise<void> {
    for (let said = 0; !this.#over; said++) {
      this.answers.push((await client.emitWithAck('message', said)) as { number: number; pid: number })
      this.#watch.notify()
    }
  }
}
