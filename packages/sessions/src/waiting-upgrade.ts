import type { IncomingMessage } from 'node:http'
import { hasUnsent, owesAnswer, requestHead, stopReading } from '@zerodown/core/kinds'
import { tellUpgradeToComeBack } from './come-back.ts'
import type { IncomingUpgrade } from './requests.ts'
import type { Waiting } from './waiting.ts'

const ignore = (): void => {}

/**
 * A request for an upgrade, as by a WebSocket, whose session is on its way, or has gone. As nothing of it is answered yet, its
 * connection can go on elsewhere as that of any request.
 */
export class WaitingUpgrade implements Waiting {
  readonly request: IncomingMessage
  readonly response = undefined
  readonly #toApplication: IncomingUpgrade['toApplication']
  readonly #readOn: (() => void) | undefined
  /** What was read behind it. */
  #head: Buffer
  #over = false

  constructor({ request, head, toApplication }: IncomingUpgrade) {
    this.request = request
    this.#head = head
    this.#toApplication = toApplication
    // Node does not listen to such a connection any more, and the application not yet.
    request.socket.on('error', ignore)
    this.#readOn = stopReading(request.socket)
  }

  get isTurn(): boolean {
    const { socket } = this.request
    return !owesAnswer(socket) && !hasUnsent(socket)
  }

  get bytes(): Buffer {
    const { socket } = this.request
    const rest = socket.readableLength > 0 ? (socket.read(socket.readableLength) as Buffer | null) : null
    // That has set it reading again.
    stopReading(socket)
    if (rest !== null) this.#head = Buffer.concat([this.#head, rest])
    return Buffer.concat([Buffer.from(requestHead(this.request), 'latin1'), this.#head])
  }

  /** What is read of a body, Node gives to the application in one way or another, by its version. */
  isMovable(cannot: () => void): boolean {
    const { 'content-length': length, 'transfer-encoding': coding } = this.request.headers
    const hasBody = length !== undefined || coding !== undefined
    if (hasBody) cannot()
    return !hasBody
  }

  /** What is behind it goes along, whatever it is. */
  isLast(): boolean {
    return true
  }

  readOn(): void {
    this.#readOn?.()
  }

  release(): void {
    const { socket } = this.request
    if (this.#over || socket.destroyed) return
    this.#over = true
    socket.off('error', ignore)
    this.#readOn?.()
    this.#toApplication(this.#head)
  }

  leave(): void {
    this.#over = true
  }

  refuse(why: string): void {
    this.#over = true
    tellUpgradeToComeBack(this.request.socket, why)
    this.#readOn?.()
  }
}
