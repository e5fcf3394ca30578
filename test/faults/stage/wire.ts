import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'
import type { Answer, Target } from '@zerodown/load'
import { ResponseParser } from '@zerodown/load'
import { cleanUp } from '../../support/clean-up.ts'
import { Watch } from '../../support/index.ts'

/** One connection whose every byte the test decides. */
export class Wire {
  readonly answers: Answer[] = []
  closed = false
  #socket: Socket
  #watch = new Watch()

  private constructor(socket: Socket) {
    this.#socket = socket
    const parser = new ResponseParser()
    const look = (): void => this.#watch.notify()
    socket.on('data', (bytes) => {
      this.answers.push(...parser.push(bytes))
      look()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.closed = true
      look()
    })
  }

  static async open(target: Target): Promise<Wire> {
    const socket = connect('port' in target ? { ...target } : { path: target.socketPath })
    cleanUp(() => socket.destroy())
    await once(socket, 'connect')
    return new Wire(socket)
  }

  /** Writes a GET for each path, all in one piece. */
  get(...paths: string[]): void {
    this.#socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`).join(''))
  }

  /** Resolves with as many answers as that. */
  answered(count: number): Promise<Answer[]> {
    return this.#watch.until(
      () => {
        if (this.answers.length >= count) return this.answers
        if (this.closed) throw new Error(`closed after ${this.answers.length} of ${count} answers`)
        return undefined
      },
      () => `${count} answers; there are ${this.answers.length}`,
    )
  }

  /** The client has no further request. */
  leave(): void {
    this.#socket.end()
  }

  /** Resolves when the connection is no more. */
  ended(): Promise<true> {
    return this.#watch.until(() => this.closed, 'the end of the connection')
  }
}
