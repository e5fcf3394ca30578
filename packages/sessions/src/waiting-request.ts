import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import { awaitingNothing, passOn, requestHead, stopReading } from '@zerodown/core/kinds'
import { tellToComeBack } from './come-back.ts'
import type { IncomingRequest } from './requests.ts'
import type { Waiting } from './waiting.ts'

/**
 * How much of a chunked body is kept in memory, until its end has come. A client that sends for ever would fill it
 * otherwise. bytes
 */
const MOST = 1024 * 1024

/** A request that has come, and whose session is on its way, or has gone. */
export class WaitingRequest implements Waiting {
  readonly server: Server
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly #toApplication: () => void
  readonly #readOn: (() => void) | undefined
  readonly #body: Buffer[] = []
  #size = 0
  #collect: ((bytes: Buffer) => void) | undefined
  #over = false

  constructor({ server, request, response, toApplication }: IncomingRequest) {
    this.server = server
    this.request = request
    this.response = response
    this.#toApplication = toApplication
    // A body that nobody reads must not set its connection reading again.
    request._read = () => {}
    this.#readOn = stopReading(request.socket)
  }

  get isTurn(): boolean {
    return this.response.socket === this.request.socket
  }

  isLast(server: HttpServer, open: ReadonlySet<Socket>): boolean {
    return !this.request.complete || awaitingNothing(server, open, [this.response]).length > 0
  }

  release(): void {
    if (this.#resume()) this.#toApplication()
  }

  /** The process at the other end of a pipe has it, and answers it. */
  forward(pipe: Socket): void {
    const { server, request, response } = this
    if (response.destroyed || !this.#resume()) return void pipe.destroy()
    // Its client has not been told to go on where this server leaves that to the application.
    if (request.headers.expect !== undefined && server.listenerCount('checkContinue') > 0) response.writeContinue()
    passOn(request, response, pipe)
  }

  readOn(): void {
    this.#readOn?.()
  }

  leave(): void {
    this.#over = true
  }

  refuse(why: string): void {
    this.#over = true
    this.#body.length = 0
    this.#stopCollecting()
    Reflect.deleteProperty(this.request, '_read')
    tellToComeBack(this.response, why)
    this.#readOn?.()
    this.request.resume()
  }

  /**
   * Of a chunked body, only the end is a good place.
   * @param tooLong called when there is more of it than is kept
   */
  isMovable(tooLong: () => void): boolean {
    if (this.request.complete || !isChunked(this.request)) return true
    this.#begin(tooLong)
    return false
  }

  get bytes(): Buffer {
    const { request } = this
    const rest = request.readableLength > 0 ? (request.read(request.readableLength) as Buffer | null) : null
    if (rest !== null) this.#body.push(rest)
    const body = Buffer.concat(this.#body)
    const head = Buffer.from(requestHead(withoutExpectation(request)), 'latin1')
    if (!isChunked(request)) return Buffer.concat([head, body])
    const size = Buffer.from(body.length === 0 ? '' : `${body.length.toString(16)}\r\n`)
    return Buffer.concat([head, size, body, Buffer.from(body.length === 0 ? '0\r\n\r\n' : '\r\n0\r\n\r\n')])
  }

  /** Lets it be read on, with all that was read of it. @returns `false`: it has gone elsewhere already */
  #resume(): boolean {
    if (this.#over) return false
    this.#over = true
    Reflect.deleteProperty(this.request, '_read')
    this.#stopCollecting()
    if (this.#body.length > 0) this.request.unshift(Buffer.concat(this.#body))
    this.#readOn?.()
    return true
  }

  #stopCollecting(): void {
    if (this.#collect !== undefined) this.request.off('data', this.#collect).pause()
  }

  #begin(tooLong: () => void): void {
    if (this.#collect !== undefined) return
    this.#collect = (bytes) => {
      this.#body.push(bytes)
      this.#size += bytes.length
      if (this.#size <= MOST) return
      this.#stopCollecting()
      tooLong()
    }
    Reflect.deleteProperty(this.request, '_read')
    this.request.on('data', this.#collect)
    this.#readOn?.()
  }
}

const isChunked = ({ headers }: IncomingMessage): boolean => headers['transfer-encoding'] !== undefined

/** Its client has been told to go on already. */
function withoutExpectation(request: IncomingMessage): IncomingMessage {
  const { method, url, httpVersion, rawHeaders } = request
  const others = rawHeaders.filter((_, at) => rawHeaders[at - (at % 2)]?.toLowerCase() !== 'expect')
  return { method, url, httpVersion, rawHeaders: others } as IncomingMessage
}
