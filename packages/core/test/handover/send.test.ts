import { once } from 'node:events'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Payload } from '../../src/handover/payload.ts'
import { sendConnection } from '../../src/handover/send.ts'
import { GET, converse, serve } from '../support/http.ts'
import { forkReceiver } from './receiver.ts'

const PAYLOAD: Payload = { kind: 'http1', used: false, requests: 0 }
const LISTENER = 3

const aServer = () => serve((_, response) => response.end('from the parent'), { keepAliveTimeout: 30_000 })

describe('a connection that moves', () => {
  it('takes along what its client says on the way', async () => {
    const { channel } = await forkReceiver('is late')
    const { client, socket } = await converse((await aServer()).server)

    const fate = sendConnection(channel, socket, LISTENER, PAYLOAD)
    client.say(GET('/1').slice(0, 10))
    client.say(GET('/1').slice(10) + GET('/2'))

    expect(await fate).toBe('received')
    await client.hears(/from the child[^]*from the child$/)
    expect(client.received).not.toMatch(/parent/)
  })

  it('takes along what came before it was sent, and was not read', async () => {
    const { channel } = await forkReceiver('serves')
    const { client, socket } = await converse((await aServer()).server)

    client.say(GET())
    // Not a turn of the event loop goes by here.
    const fate = sendConnection(channel, socket, LISTENER, PAYLOAD)

    expect(await fate).toBe('received')
    await client.hears(/from the child$/)
  })

  it('is no longer counted by the server, which can close before the other process is done with it', async () => {
    const { channel } = await forkReceiver('serves')
    const { server } = await aServer()
    const { client, socket } = await converse(server)

    await sendConnection(channel, socket, LISTENER, PAYLOAD)
    await once(socket, 'close')
    expect(await promisify(server.getConnections).call(server)).toBe(0)
    const closed = once(server, 'close')
    server.close()
    await closed

    client.say(GET())
    await client.hears(/from the child$/)
  })

  it('is closed here when nobody can know whether it was read', async () => {
    const { channel } = await forkReceiver('dies')
    const { client, socket } = await converse((await aServer()).server)

    expect(await sendConnection(channel, socket, LISTENER, PAYLOAD)).toBe('unconfirmed')

    expect(await client.hearsAll()).toBe('')
  })
})

describe('a connection that was refused', () => {
  it('is served on here, with what its client said meanwhile', async () => {
    const { channel } = await forkReceiver('loses')
    const { client, socket } = await converse((await aServer()).server)

    const fate = sendConnection(channel, socket, LISTENER, PAYLOAD)
    client.say(GET())

    expect(await fate).toBe('refused')
    await client.hears(/from the parent$/)
  })

  it('has its keep-alive timeout back', async () => {
    const { channel } = await forkReceiver('refuses')
    const { client, socket } = await converse((await aServer()).server)
    client.say(GET())
    await client.hears(/from the parent$/)
    const before = socket.timeout
    expect(before).toBeGreaterThanOrEqual(30_000)

    const fate = sendConnection(channel, socket, LISTENER, PAYLOAD)
    // Nor can it close on the way.
    expect(socket.timeout).toBe(0)

    expect(await fate).toBe('refused')
    expect(socket.timeout).toBe(before)
  })

  it('is still counted by the server', async () => {
    const { channel } = await forkReceiver('refuses')
    const { server } = await aServer()
    const { client, socket } = await converse(server)

    await sendConnection(channel, socket, LISTENER, PAYLOAD)
    expect(await promisify(server.getConnections).call(server)).toBe(1)
    client.socket.end()
    await once(socket, 'close')

    expect(await promisify(server.getConnections).call(server)).toBe(0)
  })

  it('was never sent if it has closed already', async () => {
    const { channel } = await forkReceiver('serves')
    const { socket } = await converse((await aServer()).server)
    socket.destroy()
    expect(await sendConnection(channel, socket, LISTENER, PAYLOAD)).toBe('refused')
  })
})
