import { once } from 'node:events'
import type { SocketConstructorOpts } from 'node:net'
import { Socket, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { takesConnections } from '../../../src/handover/channel.ts'
import type { Payload } from '../../../src/handover/payload.ts'
import type { ReceivingServer } from '../../../src/handover/receive/incoming-connections.ts'
import { IncomingConnections } from '../../../src/handover/receive/incoming-connections.ts'
import { inodeOfHandle, nativeHandle } from '../../../src/node/internals/handles.ts'
import type { Client } from '../../support/http.ts'
import { converse } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'

const PAYLOAD: Payload = { kind: 'http1', used: false, requests: 0 }

/** A server that keeps what it is given. */
class Keeper implements ReceivingServer {
  readonly kept: [object, Payload][] = []
  readonly #listener: number | undefined
  readonly #serves: boolean

  constructor(listener: number | undefined, serves = true) {
    this.#listener = listener
    this.#serves = serves
  }

  get receiver() {
    return this.#listener === undefined ? undefined : { listener: this.#listener, kinds: ['http1'] }
  }

  receive(connection: object, payload: Payload): boolean {
    this.kept.push([connection, payload])
    return this.#serves
  }
}

/** A handle as it comes from another process, and the client at the other end of it. */
async function aHandle(): Promise<{ handle: object; client: Client }> {
  const { client, socket } = await converse(await listen(createServer({ pauseOnConnect: true })))
  return { handle: nativeHandle(socket) as object, client }
}

const ended = async (client: Client): Promise<void> => void expect(await client.hearsAll()).toBe('')

describe('a connection that comes', () => {
  it('is held, and goes to the server that adopted its listener when it is passed on, with what came along', async () => {
    const [third, fourth] = [new Keeper(3), new Keeper(4)]
    const incoming = new IncomingConnections([third, fourth])
    const { client, handle } = await aHandle()
    const payload = { ...PAYLOAD, requests: 7 }

    incoming.hold({ id: 1, listener: 4, kind: 'http1' }, handle)
    expect([incoming.holds(1), incoming.holds(2), incoming.received]).toEqual([true, false, 0])
    expect(fourth.kept).toEqual([])
    client.say('not read before it is ours')
    expect(incoming.serve(1, payload)).toBe(true)

    expect(third.kept).toEqual([])
    const [[kept, along]] = fourth.kept as [[object, Payload]]
    expect([kept, along]).toEqual([handle, payload])
    expect([incoming.holds(1), incoming.received]).toEqual([false, 1])
    const socket = new Socket({ handle } as SocketConstructorOpts)
    expect(await once(socket, 'data')).toEqual([Buffer.from('not read before it is ours')])
  })

  it.each([
    ['nobody adopted its listener', 5, 'http1'],
    ['its kind is not known', 3, 'of the future'],
  ])('is not held if %s', async (_, listener, kind) => {
    const incoming = new IncomingConnections([new Keeper(3), new Keeper(undefined)])
    const { client, handle } = await aHandle()

    incoming.hold({ id: 1, listener, kind }, handle)

    expect(incoming.holds(1)).toBe(false)
    await ended(client)
  })

  it('is not held if another one was meant', async () => {
    const incoming = new IncomingConnections([new Keeper(3)])
    const [meant, other] = [await aHandle(), await aHandle()]
    const inode = inodeOfHandle(meant.handle)

    incoming.hold({ id: 1, listener: 3, kind: 'http1', inode }, other.handle)
    expect(incoming.holds(1)).toBe(false)
    await ended(other.client)

    incoming.hold({ id: 1, listener: 3, kind: 'http1', inode }, meant.handle)
    expect(incoming.holds(1)).toBe(true)
  })

  it('is not held if nothing came', () => {
    const incoming = new IncomingConnections([new Keeper(3)])
    incoming.hold({ id: 1, listener: 3, kind: 'http1' }, undefined)
    expect([incoming.holds(1), incoming.serve(1, PAYLOAD)]).toEqual([false, false])
  })

  it('ends if the server cannot serve it', async () => {
    const incoming = new IncomingConnections([new Keeper(3, false)])
    const { client, handle } = await aHandle()
    incoming.hold({ id: 1, listener: 3, kind: 'http1' }, handle)
    expect([incoming.serve(1, PAYLOAD), incoming.received]).toEqual([false, 0])
    await ended(client)
  })

  it('ends when it has ended over there, and with the predecessor', async () => {
    const incoming = new IncomingConnections([new Keeper(3)])
    const [one, other] = [await aHandle(), await aHandle()]
    incoming.hold({ id: 1, listener: 3, kind: 'http1' }, one.handle)
    incoming.hold({ id: 2, listener: 3, kind: 'http1' }, other.handle)

    incoming.drop(1)
    await ended(one.client)
    expect([incoming.holds(1), incoming.holds(2)]).toEqual([false, true])
    incoming.dropAll()
    await ended(other.client)

    expect(incoming.serve(2, PAYLOAD)).toBe(false)
  })
})

describe('receivers', () => {
  it('are the servers that adopted a listener and can serve what comes; as they are when it is asked', () => {
    const servers = new Set([new Keeper(3), new Keeper(undefined)])
    const incoming = new IncomingConnections(servers)
    expect(incoming.receivers).toEqual([{ listener: 3, kinds: ['http1'] }])
    servers.add(new Keeper(5))
    expect(incoming.receivers.map(({ listener }) => listener)).toEqual([3, 5])
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
