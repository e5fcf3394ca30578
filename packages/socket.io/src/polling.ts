import type { Socket } from 'node:net'
import { Pipes, canPassOn, passOn, seenOf, servePipe } from '@zerodown/core/kinds'
import type { Engine, EngineRequest, Io } from './internals/socket-io.ts'
import { shadow } from './internals/shadow.ts'
import type { PipeTaken, PolledElsewhere } from './messages.ts'
import type { Link, Side } from './neighbours.ts'

/**
 * Requests of HTTP long polling. Each may come to another process than the one that has the connection of Engine.IO: in a
 * restart the new process accepts, and the old one has the clients until it closes them. So it is forwarded.
 */
export class Polling {
  readonly #io: Io
  readonly #link: Link
  readonly #pipes: Readonly<Record<Side, Pipes>> = { predecessor: new Pipes(), successor: new Pipes() }
  /** From where a pipe has come: what it brings does not go back. */
  readonly #from = new WeakMap<Socket, Side>()

  constructor(io: Io, link: Link) {
    this.#io = io
    this.#link = link
  }

  hook(engine: Engine): void {
    shadow(engine, 'verify', (verify) => (request, upgrade, done) => {
      const goOn = (): unknown => verify.call(engine, request, upgrade, done)
      const sid = request._query?.sid
      // Where an upgrade fails, its client polls on.
      if (upgrade || sid === undefined || Object.hasOwn(engine.clients, sid)) return goOn()
      return void this.#forward(sid, request).then((isForwarded) => isForwarded || goOn())
    })
  }

  /** @param handle whatever came with it */
  hear({ pipe, sid, seen }: PolledElsewhere, from: Side, handle: unknown): void {
    const { httpServer, engine } = this.#io
    const isHere = Object.hasOwn(engine?.clients ?? {}, sid)
    const socket = servePipe(isHere || this.#sidesBut(from).length > 0 ? httpServer : undefined, seen, handle)
    if (socket !== undefined) this.#from.set(socket, from)
    this.#link.send(from, { type: 'pipe', pipe, taken: socket !== undefined })
  }

  /** Whether a pipe is taken that was offered there. */
  answered(answer: PipeTaken, from: Side): void {
    this.#pipes[from].hear(answer)
  }

  gone(side: Side): void {
    this.#pipes[side].end()
  }

  async #forward(sid: string, request: EngineRequest): Promise<boolean> {
    const { res: response, socket } = request
    if (response === undefined || !canPassOn(request)) return false
    const seen = seenOf(socket)
    for (const side of this.#sidesBut(this.#from.get(socket))) {
      const pipe = await this.#pipes[side].open((number, handle) =>
        this.#link.send(side, { type: 'polled', pipe: number, sid, seen }, handle),
      )
      if (pipe === undefined) continue
      if (response.destroyed) pipe.destroy()
      else passOn(request, response, pipe)
      return true
    }
    return false
  }

  #sidesBut(from: Side | undefined): Side[] {
    return this.#link.sides().filter((side) => side !== from)
  }
}
