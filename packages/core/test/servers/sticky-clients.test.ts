import { once } from 'node:events'
import type { ListenOptions } from 'node:net'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { Channel } from '../../src/channel/channel.ts'
import { Lanes } from '../../src/channel/lanes.ts'
import type { FromSupervisor, FromWorker } from '../../src/channel/supervision.ts'
import { LANES } from '../../src/channel/supervision.ts'
import { inodeOfHandle, isNativeHandle } from '../../src/node/internals/handles.ts'
import { Supervisor } from '../../src/restart/supervisor.ts'
import { AttachedServers } from '../../src/servers/attached-servers.ts'
import { slotOfClient } from '../../src/servers/slot-of-client.ts'
import { tempDir } from '../../../../test/support/index.ts'
import { MemoryCarrier, arrived } from '../support/carriers.ts'
import { anOrigin } from '../support/lifecycles.ts'
import { acceptedBy, connectTo, endWithTest, listen, portOf } from '../support/servers.ts'

const OWNER = slotOfClient('127.0.0.1', 2)

/** A server in a slot, and what its supervisor hears. */
async function inSlot(slot: number, { sticky = true, place }: { sticky?: boolean; place?: ListenOptions } = {}) {
  const [its, own] = MemoryCarrier.pair()
  const supervisor = new Supervisor({ slot, slots: 2, sticky }, new Lanes(its))
  const channel = new Channel<FromSupervisor, FromWorker>(new Lanes(own).open(LANES.supervisor))
  const moves: { key: string; slot: number; named: boolean; handle: unknown }[] = []
  channel.on('move', ({ key, slot: to, inode }, handle) => {
    moves.push({ key, slot: to, named: inode === inodeOfHandle(handle as object), handle })
  })
  // In memory, the one that is held is the one that listens.
  channel.on('listens', () => {})
  channel.answer('moves-over', () => true)
  const server = createServer((socket) => socket.end('served'))
  endWithTest(server)
  const servers = new AttachedServers(anOrigin({ supervisor }), () => {})
  servers.add(server)
  await listen(server, place)
  const key = place === undefined ? `tcp:127.0.0.1:${portOf(server)}` : ''
  return { server, supervisor, channel, carrier: own, moves, key }
}

/** A connection that a server has accepted, as another slot would give it. */
async function aConnection(): Promise<{ handle: object; inode: number | undefined; answer: Promise<string> }> {
  const server = await listen(createServer({ pauseOnConnect: true }))
  const accepted = once(server, 'connection')
  const client = await connectTo(server)
  const [socket] = (await accepted) as [{ _handle: object }]
  const answer = client.toArray().then((chunks) => Buffer.concat(chunks as Buffer[]).toString())
  return { handle: socket._handle, inode: inodeOfHandle(socket._handle), answer }
}

const aHandle = () => {
  const handle = { closed: 0, readStop() {}, readStart() {}, close: () => void (handle.closed += 1) }
  return handle
}

describe('a worker of several, where clients are sticky', () => {
  it('serves the clients of its own slot', async () => {
    const { server, moves } = await inSlot(OWNER)
    expect(await textOf(server)).toBe('served')
    expect(moves).toEqual([])
  })

  it('gives those of another slot to the supervisor, unread, and keeps nothing of them', async () => {
    const { server, moves, key } = await inSlot(3 - OWNER)
    let connections = 0
    server.on('connection', () => (connections += 1))
    const client = await connectTo(server)
    const closed = once(client, 'close')
    client.resume()
    await closed
    expect(moves).toMatchObject([{ key, slot: OWNER, named: true }])
    expect([isNativeHandle(moves[0]?.handle), connections]).toEqual([true, 0])
  })

  it('serves them itself where its supervisor has gone', async () => {
    const { server, moves, carrier } = await inSlot(3 - OWNER)
    carrier.close()
    await arrived()
    expect(await textOf(server)).toBe('served')
    expect(moves).toEqual([])
  })

  it('serves what another slot gives to it', async () => {
    const { channel, key } = await inSlot(OWNER)
    const { handle, inode, answer } = await aConnection()
    expect(await channel.ask({ type: 'moved', key, inode }, handle)).toBe('served')
    expect(await answer).toBe('served')
  })

  it('holds to the limit of its server for those, too', async () => {
    const { channel, server, key } = await inSlot(OWNER)
    server.maxConnections = 1
    // It reads nothing, and so stays.
    await acceptedBy(server)
    let dropped = 0
    server.on('drop', () => (dropped += 1))
    const { handle, inode, answer } = await aConnection()
    expect(await channel.ask({ type: 'moved', key, inode }, handle)).toBe('served')
    expect([await answer, dropped]).toEqual(['', 1])
  })

  it('serves all on a unix socket, where clients have no address', async () => {
    const path = join(await tempDir(), 'clients.sock')
    const { moves } = await inSlot(3 - OWNER, { place: { path } })
    for (let times = 0; times < 5; times += 1) expect(await text(connect(path))).toBe('served')
    expect(moves).toEqual([])
  })

  it('serves none that is not the one the message names', async () => {
    const { channel, key } = await inSlot(OWNER)
    const { handle, inode = 0, answer } = await aConnection()
    expect(await channel.ask({ type: 'moved', key, inode: inode + 1 }, handle)).toBe('unknown')
    expect(await answer).toBe('')
  })

  it('serves none on a listener that it does not have, or not any more', async () => {
    const { channel, server, key } = await inSlot(OWNER)
    const handle = aHandle()
    expect(await channel.ask({ type: 'moved', key: 'tcp:127.0.0.1:1' }, handle)).toBe('unknown')
    await once(server.close(), 'close')
    expect(await channel.ask({ type: 'moved', key }, handle)).toBe('unknown')
    expect(handle.closed).toBe(2)
  })

  it('leaves them to its successor when that has taken over', async () => {
    const { channel, supervisor, key } = await inSlot(OWNER)
    await supervisor.endMoves('to a successor')
    const handle = aHandle()
    expect(await channel.ask({ type: 'moved', key }, handle)).toBe('later')
    expect(handle.closed).toBe(1)
  })

  it('still serves at its end what was on its way, though it has stopped listening', async () => {
    const { channel, supervisor, server, key } = await inSlot(OWNER)
    const over = supervisor.endMoves('for good')
    server.close()
    const { handle, inode, answer } = await aConnection()
    expect(await channel.ask({ type: 'moved', key, inode }, handle)).toBe('served')
    expect(await answer).toBe('served')
    await over
  })
})

it('a worker serves each client where clients are not sticky, and takes none from others', async () => {
  const { server, channel, supervisor, moves, key } = await inSlot(3 - OWNER, { sticky: false })
  expect(await textOf(server)).toBe('served')
  expect(moves).toEqual([])
  expect(await channel.ask({ type: 'moved', key }, aHandle())).toBeNull()
  await supervisor.endMoves('for good')
  expect(supervisor.leaving).toBeUndefined()
})

/** What a client hears. */
async function textOf(server: Parameters<typeof connectTo>[0]): Promise<string> {
  const client = await connectTo(server)
  return Buffer.concat((await client.toArray()) as Buffer[]).toString()
}
