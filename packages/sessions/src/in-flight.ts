import type { IncomingMessage, ServerResponse } from 'node:http'
import { isPipe, writtenHead } from '@zerodown/core/kinds'
import type { Socket } from 'node:net'
import { onFirstWrite } from './first-write.ts'

/** What a session has in flight in this process. */
export class InFlight {
  readonly #answers = new Set<ServerResponse>()
  /** Those that are not answered. */
  readonly #upgrades = new Set<IncomingMessage>()
  /** Connections that cannot move, and have made requests of this session: their next one comes to this process as well. */
  readonly #bound = new Set<Socket>()
  readonly #changed: () => void

  /** @param changed called when something has ended */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Whether the session is needed here. A WebSocket, or an event stream that answers a GET, goes on elsewhere by itself. */
  get isNeeded(): boolean {
    return this.#bound.size + this.#upgrades.size > 0 || [...this.#answers].some((answer) => !isEventStream(answer))
  }

  /** @param response `undefined`: the request asks for an upgrade */
  add(request: IncomingMessage, response: ServerResponse | undefined): void {
    if (response === undefined) this.#addUpgrade(request)
    else this.#addAnswer(request, response)
  }

  #addAnswer(request: IncomingMessage, response: ServerResponse): void {
    // A session may be set many times by one request.
    if (this.#answers.has(response)) return
    this.#answers.add(response)
    response.once('close', () => {
      this.#answers.delete(response)
      this.#changed()
    })
    if (!canMove(request)) this.bind(request.socket)
  }

  #addUpgrade(request: IncomingMessage): void {
    if (!canMove(request)) return this.bind(request.socket)
    this.#upgrades.add(request)
    const over = (): void => {
      this.#upgrades.delete(request)
      this.#changed()
    }
    // In the turn of its answer the application is told of the connection, and looks for the session.
    onFirstWrite(request.socket, () => void setImmediate(over))
  }

  /** The session is needed here as long as that connection is open. */
  bind(socket: Socket): void {
    if (this.#bound.has(socket)) return
    this.#bound.add(socket)
    socket.once('close', () => {
      this.#bound.delete(socket)
      this.#changed()
    })
  }
}

/** Whether the connection of a request can move: it is plain HTTP/1.1, and that of a client. */
export const canMove = ({ httpVersion, socket }: IncomingMessage): boolean =>
  httpVersion === '1.1' && !('encrypted' in socket) && !isPipe(socket)

const isEventStream = (response: ServerResponse): boolean =>
  response.req.method === 'GET' && /^content-type: *text\/event-stream/im.test(writtenHead(response) ?? '')
