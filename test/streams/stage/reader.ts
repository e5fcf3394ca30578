import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent, request } from 'node:http'
import type { Socket } from 'node:net'
import type { Target } from '@zerodown/load'
import { Watch } from '../../support/index.ts'
import { cleanUp } from '../../support/clean-up.ts'

export interface Asked {
  path?: string
  method?: string
  headers?: Record<string, string>
}

/**
 * A client of an event stream that never reconnects. It notes each event, and what is wrong: one that is missing, twice, or
 * out of order, or the end of the connection.
 */
export class Reader {
  /** Of events whose id is a number. */
  readonly ids: number[] = []
  /** The data of all others. */
  readonly others: string[] = []
  readonly faults: string[] = []
  /** Who has written them, in their order. */
  readonly generations: string[] = []
  ended = false
  localPort: number | undefined
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #target: Target
  readonly #watch: Watch = new Watch()
  readonly #request: ClientRequest
  #text = ''

  private constructor(target: Target, { path = '/events', method = 'GET', headers = {} }: Asked) {
    this.#target = target
    cleanUp(() => this.#agent.destroy())
    this.#request = request({ ...this.#where, path, method, headers })
    this.#request.on('error', (error) => this.#fault(error.message))
    this.#request.end()
  }

  /** Resolves when the head has come. */
  static async open(target: Target, asked: Asked = {}): Promise<Reader> {
    const reader = new Reader(target, asked)
    const [response] = (await once(reader.#request, 'response')) as [IncomingMessage]
    reader.#read(response)
    return reader
  }

  static async openTimes(target: Target, times: number, asked: Asked = {}): Promise<Reader[]> {
    return Promise.all(Array.from({ length: times }, () => Reader.open(target, asked)))
  }

  /** Resolves when that is so. */
  async until(condition: (reader: this) => boolean, what: string): Promise<void> {
    await this.#watch.until(
      () => {
        if (this.faults.length > 0) throw new Error(this.faults.join('; '))
        return condition(this) ? true : undefined
      },
      () => `${what}; the last events were ${this.ids.slice(-3).join(', ')}`,
      20_000,
    )
  }

  /** Resolves when so many more events have come. */
  async more(count: number): Promise<void> {
    const wanted = this.ids.length + count
    await this.until(({ ids }) => ids.length >= wanted, `${count} more events`)
  }

  /** Asks once more, on the same connection. @returns the answer, and the client's port */
  async ask(path = '/'): Promise<{ body: string; localPort: number | undefined }> {
    const again = request({ ...this.#where, path })
    again.end()
    const [response] = (await once(again, 'response')) as [IncomingMessage]
    const { localPort } = response.socket
    let body = ''
    for await (const chunk of response.setEncoding('utf8')) body += String(chunk)
    return { body, localPort }
  }

  destroy(): void {
    this.#request.destroy()
    this.#agent.destroy()
  }

  get #where(): object {
    const target = this.#target
    const where = 'port' in target ? { host: target.host, port: target.port } : { socketPath: target.socketPath }
    return { ...where, agent: this.#agent }
  }

  #read(response: IncomingMessage): void {
    const { socket }: { socket: Socket } = response
    this.localPort = socket.localPort
    response.setEncoding('utf8')
    response.on('data', (text: string) => this.#take(text))
    response.on('error', (error) => this.#fault(error.message))
    response.on('end', () => {
      if (this.#text !== '') this.#fault(`ended in the middle of ${this.#text}`)
      this.ended = true
      this.#watch.notify()
    })
    socket.on('error', (error) => this.#fault(error.message))
  }

  #take(text: string): void {
    const events = (this.#text + text).split('\n\n')
    this.#text = events.pop() ?? ''
    for (const event of events) this.#note(event)
    this.#watch.notify()
  }

  #note(event: string): void {
    const [, id, data] = /^id: (\d+)\ndata: by (\d+)$/.exec(event) ?? []
    if (id === undefined || data === undefined) return void this.others.push(event)
    const number = Number(id)
    const last = this.ids.at(-1)
    if (last !== undefined && number !== last + 1) this.#fault(`${number} came after ${last}, by ${data}`)
    this.ids.push(number)
    if (this.generations.at(-1) !== data) this.generations.push(data)
  }

  #fault(what: string): void {
    this.faults.push(what)
    this.#watch.notify()
  }
}
