import type { Socket } from 'node:net'
import type { Peers, PipeAnswer } from '@zerodown/core/kinds'
import { Pipes, canPassOn, seenOf, servePipe } from '@zerodown/core/kinds'
import type { PipeOffer } from './messages.ts'
import type { WaitingRequest } from './waiting-request.ts'
import { nameOf, serverOf } from './servers.ts'

export type Neighbour = 'predecessor' | 'successor'

/**
 * Requests whose session another process has, and keeps for now: it is in use there, or a restart is not over. They are
 * forwarded to that process, and their connections stay.
 */
export class Forwarding {
  readonly #send: Readonly<Record<Neighbour, Peers['toPredecessor']>>
  readonly #pipes: Readonly<Record<Neighbour, Pipes>> = { predecessor: new Pipes(), successor: new Pipes() }
  /** Those that wait for a session of the predecessor, by its key. */
  readonly #waiting = new Map<string, Set<WaitingRequest>>()
  readonly #underWay = new WeakMap<WaitingRequest, Promise<boolean>>()

  constructor({ toPredecessor, toSuccessor }: Peers) {
    this.#send = { predecessor: toPredecessor, successor: toSuccessor }
  }

  /** From now on it may be forwarded to the predecessor. */
  add(key: string, waiting: WaitingRequest): void {
    const others = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, others.add(waiting))
  }

  /** From now on it may not. @returns whether it was */
  async remove(key: string, waiting: WaitingRequest): Promise<boolean> {
    const others = this.#waiting.get(key)
    others?.delete(waiting)
    if (others?.size === 0) this.#waiting.delete(key)
    return (await this.#underWay.get(waiting)) ?? false
  }

  /** The predecessor keeps that session for now. */
  forwardAll(key: string): void {
    for (const waiting of this.#waiting.get(key) ?? []) {
      if (this.#underWay.has(waiting)) continue
      const forwarded = this.forward(key, waiting, 'predecessor')
      this.#underWay.set(waiting, forwarded)
      void forwarded.then((isDone) => isDone || this.#underWay.delete(waiting))
    }
  }

  /** @returns `false`: it cannot be forwarded, or the other process does not take it. It waits as before */
  async forward(key: string, waiting: WaitingRequest, to: Neighbour): Promise<boolean> {
    const { server, request } = waiting
    const name = nameOf(server)
    if (name === undefined || !canPassOn(request)) return false
    const seen = seenOf(request.socket)
    const send = this.#send[to]
    const pipe = await this.#pipes[to].open((number, handle) =>
      send({ pipe: number, key, server: name, seen } satisfies PipeOffer, handle),
    )
    if (pipe === undefined) return false
    waiting.forward(pipe)
    return true
  }

  /** Whether a pipe that was offered there is taken. */
  answered(from: Neighbour, answer: PipeAnswer): void {
    this.#pipes[from].hear(answer)
  }

  /**
   * @param handle that came with the offer
   * @param wanted whether its request is to come here
   * @returns the connection over which it comes, if it does
   */
  take(from: Neighbour, offer: PipeOffer, handle: unknown, wanted: boolean): Socket | undefined {
    const socket = servePipe(wanted ? serverOf(offer.server) : undefined, offer.seen, handle)
    this.#send[from]({ pipe: offer.pipe, taken: socket !== undefined } satisfies PipeAnswer)
    return socket
  }

  /** Nothing can come from there any more. */
  gone(who: Neighbour): void {
    this.#pipes[who].end()
  }
}
