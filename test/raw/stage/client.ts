import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { cleanUp } from '../../support/clean-up.ts'
import type { ServerProcess } from '../../support/index.ts'
import { until } from '../../support/index.ts'

export type Place = { host: string; port: number } | { socketPath: string }

/** A client that never connects again, and keeps every line. */
export class Client {
  readonly lines: string[] = []
  readonly socket: Socket
  closed = false
  #rest = ''

  constructor(target: Place) {
    this.socket = 'port' in target ? connect(target.port, target.host) : connect(target.socketPath)
    this.socket.setNoDelay()
    this.socket.on('close', () => (this.closed = true))
    this.socket.on('data', (chunk: Buffer) => {
      this.#rest += chunk.toString()
      if (!chunk.includes('\n')) return
      const lines = this.#rest.split('\n')
      this.#rest = lines.pop() ?? ''
      this.lines.push(...lines)
    })
    cleanUp(() => this.socket.destroy())
  }

  say(text: string): void {
    this.socket.write(text)
  }

  /** The line of that number, from 0. */
  line(number: number): Promise<string> {
    return until(
      () => this.lines[number],
      () => `line ${number + 1} after ${this.lines.join(' | ')}`,
    )
  }
}

export const clientOf = (server: ServerProcess): Client => new Client(server.target() as Place)
