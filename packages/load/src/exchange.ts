import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { Failure } from './failure.ts'
import { draw } from './options.ts'
import type { Request } from './request.ts'
import type { Answer } from './response.ts'

/** A request on its way over one connection, until its answer or its failure. */
export class Exchange {
  readonly request: Request
  /** The last piece of the request was written. */
  sent = false
  /** How long the client itself paused between pieces, in ms. */
  paused = 0
  readonly answered: Promise<Answer>
  #resolve!: (answer: Answer) => void
  #reject!: (failure: Failure) => void
  #nextPiece: NodeJS.Timeout | undefined
  #timeout: NodeJS.Timeout

  constructor(request: Request, timeout: number, onTimeout: () => void) {
    this.request = request
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#timeout = setTimeout(onTimeout, timeout)
  }

  /** Writes the first piece now, and each further one after its pause. */
  write(socket: Socket, piece = 0): void {
    const { pieces, pieceDelay } = this.request
    this.sent = piece >= pieces.length - 1
    const bytes = pieces[piece]
    if (bytes !== undefined) socket.write(bytes)
    if (this.sent) return
    const paused = performance.now()
    this.#nextPiece = setTimeout(() => {
      this.paused += performance.now() - paused
      this.write(socket, piece + 1)
    }, draw(pieceDelay))
  }

  succeed(answer: Answer): void {
    this.#end()
    this.#resolve(answer)
  }

  fail(failure: Failure): void {
    this.#end()
    this.#reject(failure)
  }

  #end(): void {
    clearTimeout(this.#timeout)
    clearTimeout(this.#nextPiece)
  }
}
