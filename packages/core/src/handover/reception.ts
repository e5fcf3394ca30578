import type { Socket } from 'node:net'
import type { Payload, Receiver } from './payload.ts'

/** A server of this process, as far as it takes connections that a predecessor accepted. */
export interface ReceivingServer {
  /** What it takes; `undefined` where it has not adopted a listener, or serves a protocol that cannot move. */
  readonly receiver: Receiver | undefined
  receive(socket: Socket, payload: Payload): boolean
}

/** The connections that come from the predecessor, each to the server that adopted its listener. */
export class Reception {
  readonly #servers: Iterable<ReceivingServer>
  #received = 0

  constructor(servers: Iterable<ReceivingServer>) {
    this.#servers = servers
  }

  /** How many have come. */
  get received(): number {
    return this.#received
  }

  get receivers(): Receiver[] {
    return [...this.#servers].flatMap(({ receiver }) => receiver ?? [])
  }

  /** @returns whether the connection is served here */
  receive(socket: Socket, listener: number, payload: Payload): boolean {
    const server = [...this.#servers].find(({ receiver }) => receiver?.listener === listener)
    const served = server?.receive(socket, payload) ?? false
    if (served) this.#received += 1
    return served
  }
}
