import { once } from 'node:events'
import type { SocketConstructorOpts } from 'node:net'
import { Socket, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { ChannelToSuccessor } from '../../../src/channel/channel.ts'
import type { Payload } from '../../../src/channel/messages.ts'
import { http1 } from '../../../src/handover/kinds/http1.ts'
import type { ConnectionKind } from '../../../src/handover/kinds/kind.ts'
import type { ReceivingServer } from '../../../src/handover/receive/incoming-connections.ts'
import { IncomingConnections } from '../../../src/handover/receive/incoming-connections.ts'
import { inodeOfHandle, nativeHandle } from '../../../src/node/internals/handles.ts'
import type { Ends } from '../../support/carriers.ts'
import { arrived, channelInMemory } from '../../support/carriers.ts'
import type { Client } from '../../support/http.ts'
import { converse } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'

const PAYLOAD: Payload = { kind: 'http1', used: false, requests: 0 }

/** A server that keeps what it is given. */
class Keeper implements ReceivingServer {
  readonly kept: [object, Payload][] = []
  readonly inheritedAs: number | undefined
  readonly acceptedKinds: ConnectionKind[] = [http1]
  readonly #serves: boolean

  constructor(listener: number | undefined, serves = true) {
    this.inheritedAs = listener
    this.#serves = serves
  }

  adopt(connection: object, payload: Payload): boolean {
    this.kept.push([connection, payload])
    return this.#serves
  }
}

/** What a predecessor says of connections to those servers. */
class Sending {
  readonly incoming: IncomingConnections
  readonly ends: Ends = channelInMemory()
  readonly failures: [string, string][] = []
  readonly #channel: ChannelToSuccessor

  constructor(...servers: ReceivingServer[]) {
    const failed = (kind: string, error: unknown): void => void this.failures.push([kind, (error as Error).message])
    this.incoming = new IncomingConnections(servers, this.ends.toPredecessor, failed)
    this.#channel = this.ends.toSuccessor
  }

  send(
    id: number,
    listener: number,
    handle?: object,
    { kind = 'http1', inode }: { kind?: string; inode?: number } = {},
  ) {
    this.#channel.send({ type: 'connection', id, listener, kind, inode }, handle)
  }

  close(id: number): void {
    this.#channel.send({ type: 'connection-closed', id })
  }

  held(...ids: number[]): Promise<readonly number[] | null | undefined> {
    return this.#channel.ask({ type: 'connections-asked', ids })
  }

  pass(id: number, payload = PAYLOAD): Promise<readonly number[] | null | undefined> {
    return this.#channel.ask({ type: 'connections-passed', connections: [{ id, payload }] })
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
    const sending = new Sending(third, fourth)
    const { client, handle } = await aHandle()
    const payload = { ...PAYLOAD, requests: 7 }

    sending.send(1, 4, handle)
    expect(await sending.held(1, 2)).toEqual([1])
    expect([sending.incoming.received, fourth.kept]).toEqual([0, []])
    client.say('not read before it is ours')
    expect(await sending.pass(1, payload)).toEqual([1])

    expect(third.kept).toEqual([])
    const [[kept, along]] = fourth.kept as [[object, Payload]]
    expect([kept, along]).toEqual([handle, payload])
    expect([await sending.held(1), sending.incoming.received]).toEqual([[], 1])
    const socket = new Socket({ handle } as SocketConstructorOpts)
    expect(await once(socket, 'data')).toEqual([Buffer.from('not read before it is ours')])
  })

  it.each([
    ['nobody adopted its listener', 5, 'http1'],
    ['its kind is not known', 3, 'of the future'],
  ])('is not held if %s', async (_, listener, kind) => {
    const sending = new Sending(new Keeper(3), new Keeper(undefined))
    const { client, handle } = await aHandle()

    sending.send(1, listener, handle, { kind })

    expect(await sending.held(1)).toEqual([])
    await ended(client)
  })

  it('is not held if another one was meant', async () => {
    const sending = new Sending(new Keeper(3))
    const [meant, other] = [await aHandle(), await aHandle()]
    const inode = inodeOfHandle(meant.handle) as number

    sending.send(1, 3, other.handle, { inode })
    expect(await sending.held(1)).toEqual([])
    await ended(other.client)

    sending.send(1, 3, meant.handle, { inode })
    expect(await sending.held(1)).toEqual([1])
  })

  it('is not held if nothing came', async () => {
    const sending = new Sending(new Keeper(3))
    sending.send(1, 3)
    expect([await sending.held(1), await sending.pass(1)]).toEqual([[], []])
  })

  it('ends if the server cannot serve it', async () => {
    const sending = new Sending(new Keeper(3, false))
    const { client, handle } = await aHandle()
    sending.send(1, 3, handle)
    expect([await sending.pass(1), sending.incoming.received]).toEqual([[], 0])
    await ended(client)
  })

  it.each<[string, () => boolean | Promise<boolean>]>([
    [
      'throws',
      () => {
        throw new Error('a mistake')
      },
    ],
    ['rejects', () => Promise.reject(new Error('a mistake'))],
  ])('ends, and the reason is told, if the server %s', async (_, adopt) => {
    const sending = new Sending(Object.assign(new Keeper(3), { adopt }))
    const { client, handle } = await aHandle()
    sending.send(1, 3, handle, { kind: 'http1' })
    expect([await sending.pass(1), sending.failures]).toEqual([[], [['http1', 'a mistake']]])
    await ended(client)
  })

  it('ends when it has ended over there, and with the channel', async () => {
    const sending = new Sending(new Keeper(3))
    const [one, other] = [await aHandle(), await aHandle()]
    sending.send(1, 3, one.handle)
    sending.send(2, 3, other.handle)

    sending.close(1)
    await ended(one.client)
    expect(await sending.held(1, 2)).toEqual([2])
    sending.ends.carriers[0].close()
    await ended(other.client)
  })

  it('ends where nothing is served any more, whether it was held before or comes after', async () => {
    const sending = new Sending(new Keeper(3))
    const [before, after] = [await aHandle(), await aHandle()]
    sending.send(1, 3, before.handle)
    await arrived()

    sending.incoming.stop()
    sending.send(2, 3, after.handle)

    await Promise.all([ended(before.client), ended(after.client)])
    expect([await sending.held(1, 2), await sending.pass(1)]).toEqual([null, null])
  })
})

describe('what is accepted', () => {
  it('are connections to the servers that adopted a listener and can serve what comes; as they are when it is asked', () => {
    const servers = new Set([new Keeper(3), new Keeper(undefined)])
    const incoming = new IncomingConnections(servers, channelInMemory().toPredecessor, () => {})
    expect(incoming.accepts).toEqual([{ listener: 3, kinds: ['http1'] }])
    servers.add(new Keeper(5))
    expect(incoming.accepts.map(({ listener }) => listener)).toEqual([3, 5])
  })
})
