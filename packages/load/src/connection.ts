import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { Exchange } from './exchange.ts'
import { Failure, failureOf } from './failure.ts'
import type { Phase } from './failure.ts'
import type { Target } from './options.ts'
import type { Request } from './request.ts'
import { ResponseParser } from './response.ts'
import type { Answer } from './response.ts'

export interface ConnectionEvents {
  /** The server closes this connection in good order: said with an answer, or done while nothing was under way. */
  onServerClose(how: 'announced' | 'unannounced'): void
  /** Bytes came that no request had asked for. */
  onStray(failure: Failure): void
  /** The connection is no more, for whatever reason. */
  onGone(): void
}

/**
 * One connection to the server. It never retries and never hides anything: a request of which one byte was written is
 * answered in full, or it has failed.
 *
 * A server's FIN may already be under way while we write. Whether it is noticed before or after the write is a matter of
 * microseconds; after it, the request is lost for a client that cannot retry, and so it counts as lost here.
 */
export class Connection {
  readonly localPort: number | undefined
  #socket: Socket
  #cut: AbortSignal
  #events: ConnectionEvents
  #parser = new ResponseParser()
  /** Oldest first: answers come in the order of the requests. */
  #waiting: Exchange[] = []
  #usable = true
  #closedByServer = false

  private constructor(socket: Socket, cut: AbortSignal, events: ConnectionEvents) {
    this.#socket = socket
    this.#cut = cut
    this.#events = events
    this.localPort = socket.localPort
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('error', (error) => this.#ended((phase) => failureOf(error, phase)))
    socket.on('end', () =>
      this.#ended((phase) => new Failure('closed early', phase, 'the server ended the connection')),
    )
    socket.on('close', () => this.#ended((phase) => new Failure('closed early', phase, 'the connection was closed')))
    cut.addEventListener('abort', this.#onCut)
  }

  /** Rejects with a {@link Failure}. When `cut` is aborted, the connection ends and what is under way has failed. */
  static open(target: Target, timeout: number, cut: AbortSignal, events: ConnectionEvents): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect('port' in target ? { ...target } : { path: target.socketPath })
      const settle = (): void => {
        clearTimeout(timer)
        cut.removeEventListener('abort', onCut)
        socket.off('error', fail)
      }
      const fail = (error: Error): void => {
        settle()
        socket.destroy()
        reject(failureOf(error, 'connecting'))
      }
      const onCut = (): void => fail(new Failure('timeout', 'connecting', 'no connection by the end of the load'))
      const timer = setTimeout(
        () => fail(new Failure('timeout', 'connecting', `no connection in ${Math.round(timeout)} ms`)),
        timeout,
      )
      cut.addEventListener('abort', onCut)
      socket.once('error', fail)
      socket.once('connect', () => {
        settle()
        socket.setNoDelay(true)
        resolve(new Connection(socket, cut, events))
      })
      if (cut.aborted) onCut()
    })
  }

  /** Nothing is known that speaks against writing a request now. */
  get usable(): boolean {
    return this.#usable
  }

  /** It was the server that ended it, and in good order: after an answer, or before any request. */
  get closedByServer(): boolean {
    return this.#closedByServer
  }

  /** Writes the request at once, behind those that still wait for their answers. `answered` rejects with a {@link Failure}. */
  send(request: Request, timeout: number): Exchange {
    const exchange: Exchange = new Exchange(request, timeout, () => {
      this.#lost((phase) => new Failure('timeout', phase, `no full answer in ${Math.round(timeout)} ms`))
    })
    this.#waiting.push(exchange)
    exchange.write(this.#socket)
    return exchange
  }

  /** What is sent meanwhile leaves in one write, at the end. */
  together<T>(send: () => T): T {
    this.#socket.cork()
    const sent = send()
    this.#socket.uncork()
    return sent
  }

  /** Closes from our side, with nothing under way. */
  close(): void {
    this.#lost((phase) => new Failure('closed early', phase, 'the client itself closed the connection'))
  }

  #onCut = (): void => this.#lost((phase) => new Failure('timeout', phase, 'no full answer by the end of the load'))

  #read(bytes: Buffer): void {
    if (!this.#usable) return
    try {
      for (const answer of this.#parser.push(bytes)) this.#answer(answer)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#lost((phase) => new Failure('malformed', phase, message))
      return
    }
    if (this.#usable && this.#waiting.length === 0 && this.#parser.partial) this.#stray('the beginning of an answer')
  }

  #answer(answer: Answer): void {
    if (!this.#usable) return
    const exchange = this.#waiting.shift()
    if (exchange === undefined) {
      this.#stray(`a whole answer with status ${answer.status}`)
      return
    }
    if (!exchange.sent) {
      exchange.fail(new Failure('wrong body', 'sending', 'answered before the request was complete'))
      this.#lost((phase) => new Failure('closed early', phase, 'an earlier answer came too early'))
      return
    }
    exchange.succeed(answer)
    if (!answer.close) return
    this.#closedByServer = true
    this.#events.onServerClose('announced')
    // RFC 9112, 9.6: nothing that was written behind this answer's request will be answered.
    this.#lost((phase) => new Failure('closed early', phase, 'an earlier answer said Connection: close'))
  }

  #stray(what: string): void {
    this.#events.onStray(new Failure('stray answer', 'idle', `${what}, and no request was waiting`))
    this.#lost((phase) => new Failure('stray answer', phase, what))
  }

  /** The other side, or the network, has ended the connection. */
  #ended(why: (phase: Phase) => Failure): void {
    if (!this.#usable) return
    if (this.#waiting.length === 0) {
      this.#closedByServer = true
      this.#events.onServerClose('unannounced')
    }
    this.#lost(why)
  }

  /** The end of the connection for us, whoever has ended it: what waits has failed. */
  #lost(why: (phase: Phase) => Failure): void {
    if (!this.#usable) return
    this.#usable = false
    this.#socket.destroy()
    this.#cut.removeEventListener('abort', this.#onCut)
    for (const [place, exchange] of this.#waiting.entries()) exchange.fail(why(this.#phaseOf(exchange, place)))
    this.#waiting = []
    this.#events.onGone()
  }

  #phaseOf(exchange: Exchange, place: number): Phase {
    if (place === 0 && this.#parser.partial) return 'answering'
    return exchange.sent ? 'waiting' : 'sending'
  }
}
