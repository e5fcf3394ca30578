import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Fate, SocketSender } from '../../../src/handover/send/socket-sender.ts'
import { http1 } from '../../../src/handover/kinds/http1.ts'
import { Frozen } from '../../../src/handover/send/frozen.ts'
import { GET, converse, converseTimes, serve } from '../../support/http.ts'
import { forkReceiver } from '../../support/receiver.ts'

const LISTENER = 3

const aServer = () => serve((_, response) => response.end('from the parent'))

const sendCopies = (sender: SocketSender, ...sockets: Socket[]): Promise<ReadonlySet<Socket>> =>
  sender.sendCopies(sockets.map((socket) => ({ socket, listener: LISTENER, kind: 'http1' })))

const freeze = (socket: Socket): Frozen => Frozen.freeze(http1, socket) as Frozen

const pass = async (sender: SocketSender, frozen: Frozen): Promise<Fate | undefined> =>
  (await sender.pass([frozen])).get(frozen.socket)

describe('a connection of which there is a copy', () => {
  it('is served here', async () => {
    const { sender } = await forkReceiver('serves')
    const { client, socket } = await converse((await aServer()).server)

    expect(await sendCopies(sender, socket)).toEqual(new Set([socket]))
    client.say(GET())

    await client.hears(/from the parent$/)
  })

  it('ends for its client when it is closed here', async () => {
    const { sender } = await forkReceiver('serves')
    const { client, socket } = await converse((await aServer()).server)
    await sendCopies(sender, socket)

    socket.destroy()

    expect(await client.hearsAll()).toBe('')
  })

  it('ends for its client at once, though the other process is too busy to hear of it', async () => {
    const { child, sender } = await forkReceiver('serves')
    const { client, socket } = await converse((await aServer()).server)
    await sendCopies(sender, socket)

    child.kill('SIGSTOP')
    socket.destroy()

    expect(await client.hearsAll()).toBe('')
  })

  it('is one of those that were held when it was asked, and no other', async () => {
    const { sender } = await forkReceiver('serves')
    const { server } = await aServer()
    const [one, closed, other] = [await converse(server), await converse(server), await converse(server)]
    closed.socket.destroy()

    const held = await sendCopies(sender, one.socket, closed.socket, other.socket)

    expect(held).toEqual(new Set([one.socket, other.socket]))
  })

  it('is its own, however many are on their way at a time', async () => {
    const { sender } = await forkReceiver('serves')
    const { server } = await aServer()
    const all = await converseTimes(server, 100)

    expect((await sendCopies(sender, ...all.map(({ socket }) => socket))).size).toBe(100)
    const even = all.filter((_, at) => at % 2 === 0)
    for (const { socket } of even) expect(await pass(sender, freeze(socket))).toBe('received')
    for (const { client } of all) client.say(GET())

    for (const [at, { client }] of all.entries())
      await client.hears(at % 2 === 0 ? /from the child$/ : /from the parent$/)
  })

  it('there is none of if the other process did not take it, or has gone, or if it is no socket of the system', async () => {
    const { sender } = await forkReceiver('holds nothing')
    const { client, socket } = await converse((await aServer()).server)
    const odd = Object.assign(new Duplex(), { _handle: { readStart() {}, readStop() {}, close() {} } })

    expect(await sendCopies(sender, socket, odd as unknown as Socket)).toEqual(new Set())
    client.say(GET())
    await client.hears(/from the parent$/)

    const { sender: gone, child } = await forkReceiver('serves')
    child.disconnect()
    expect(await sendCopies(gone, socket)).toEqual(new Set())
  })
})

describe('a connection that is passed on', () => {
  it('is served over there, with what its client said on the way', async () => {
    const { sender } = await forkReceiver('is late')
    const { client, socket } = await converse((await aServer()).server)
    await sendCopies(sender, socket)

    client.say(GET('/0'))
    // Not a turn of the event loop goes by here: that, too, is read over there.
    const frozen = freeze(socket)
    const fate = pass(sender, frozen)
    client.say(GET('/1').slice(0, 10))
    client.say(GET('/1').slice(10) + GET('/2'))

    expect(await fate).toBe('received')
    frozen.settle('received')
    expect(frozen.leave()).toBeGreaterThan(250)
    await client.hears(/from the child[^]*from the child[^]*from the child$/)
    expect(client.received).not.toMatch(/parent/)
  })

  it('is no copy any more: what is closed here stays open', async () => {
    const { sender } = await forkReceiver('serves')
    const { client, socket } = await converse((await aServer()).server)
    await sendCopies(sender, socket)
    const frozen = freeze(socket)
    await pass(sender, frozen)

    frozen.settle('received')
    frozen.leave()
    client.say(GET())

    await client.hears(/from the child$/)
  })

  it('is refused if it is not served, and goes on here with what its client said meanwhile', async () => {
    const { sender } = await forkReceiver('serves nothing')
    const { client, socket } = await converse((await aServer()).server)
    await sendCopies(sender, socket)

    const frozen = freeze(socket)
    client.say(GET())
    expect(await pass(sender, frozen)).toBe('refused')
    frozen.settle('refused')

    await client.hears(/from the parent$/)
  })

  it('is unconfirmed when the other process dies over it', async () => {
    const { sender } = await forkReceiver('dies')
    const { client, socket } = await converse((await aServer()).server)
    await sendCopies(sender, socket)

    const frozen = freeze(socket)
    expect(await pass(sender, frozen)).toBe('unconfirmed')
    frozen.settle('unconfirmed')
    frozen.leave()

    expect(await client.hearsAll()).toBe('')
  })

  it('is refused at once when the channel has ended before', async () => {
    const { sender, child } = await forkReceiver('serves')
    const { client, socket } = await converse((await aServer()).server)
    await sendCopies(sender, socket)
    child.disconnect()

    const frozen = freeze(socket)
    expect(await pass(sender, frozen)).toBe('refused')
    frozen.settle('refused')
    client.say(GET())

    await client.hears(/from the parent$/)
  })

  it('is told from others by its number', async () => {
    const { sender } = await forkReceiver('serves')
    const { server } = await aServer()
    const [one, other] = [await converse(server), await converse(server)]
    await sendCopies(sender, one.socket, other.socket)

    const fates = [pass(sender, freeze(other.socket)), pass(sender, freeze(one.socket))]

    expect(await Promise.all(fates)).toEqual(['received', 'received'])
  })
})
