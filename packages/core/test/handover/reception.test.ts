import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { takesConnections } from '../../src/handover/channel.ts'
import type { Payload } from '../../src/handover/payload.ts'
import type { ReceivingServer } from '../../src/handover/reception.ts'
import { Reception } from '../../src/handover/reception.ts'

const PAYLOAD: Payload = { kind: 'http1', used: false, requests: 0 }

/** A server that keeps what it is given. */
class Keeper implements ReceivingServer {
  readonly kept: [Socket, Payload][] = []
  readonly #listener: number | undefined
  readonly #serves: boolean

  constructor(listener: number | undefined, serves = true) {
    this.#listener = listener
    this.#serves = serves
  }

  get receiver() {
    return this.#listener === undefined ? undefined : { listener: this.#listener, kinds: ['http1'] }
  }

  receive(socket: Socket, payload: Payload): boolean {
    this.kept.push([socket, payload])
    return this.#serves
  }
}

describe('a connection that comes', () => {
  it('goes to the server that adopted its listener, with what came along', () => {
    const [third, fourth] = [new Keeper(3), new Keeper(4)]
    const reception = new Reception([third, fourth])
    const socket = new Socket()
    const payload = { ...PAYLOAD, requests: 7 }

    expect(reception.receive(socket, 4, payload)).toBe(true)

    expect(third.kept).toEqual([])
    expect(fourth.kept).toEqual([[socket, payload]])
  })

  it('goes nowhere if nobody adopted its listener', () => {
    const keeper = new Keeper(3)
    const reception = new Reception([keeper, new Keeper(undefined)])

    expect(reception.receive(new Socket(), 5, PAYLOAD)).toBe(false)

    expect(keeper.kept).toEqual([])
    expect(reception.received).toBe(0)
  })

  it('is counted if it is served', () => {
    const reception = new Reception([new Keeper(3), new Keeper(4, false)])
    expect([3, 3, 4].map((listener) => reception.receive(new Socket(), listener, PAYLOAD))).toEqual([true, true, false])
    expect(reception.received).toBe(2)
  })
})

describe('receivers', () => {
  it('are the servers that adopted a listener and can serve what comes; as they are when it is asked', () => {
    const servers = new Set([new Keeper(3), new Keeper(undefined)])
    const reception = new Reception(servers)
    expect(reception.receivers).toEqual([{ listener: 3, kinds: ['http1'] }])
    servers.add(new Keeper(5))
    expect(reception.receivers.map(({ listener }) => listener)).toEqual([3, 5])
  })

  it('take a connection of their listener and of a kind that they know', () => {
    const receivers = [
      { listener: 3, kinds: ['http1', 'of the future'] },
      { listener: 4, kinds: [] },
    ]
    expect(takesConnections(receivers, 3, 'http1')).toBe(true)
    expect(takesConnections(receivers, 3, 'of the past')).toBe(false)
    expect(takesConnections(receivers, 4, 'http1')).toBe(false)
    expect(takesConnections(receivers, 5, 'http1')).toBe(false)
    expect(takesConnections([], 3, 'http1')).toBe(false)
  })
})
