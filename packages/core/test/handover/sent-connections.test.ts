import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Payload } from '../../src/handover/payload.ts'
import { GET, converse, serve } from '../support/http.ts'
import { forkReceiver } from './receiver.ts'

const PAYLOAD: Payload = { kind: 'http1', used: false, requests: 0 }
const LISTENER = 3

const aServer = () => serve((_, response) => response.end('from the parent'))

describe('a connection that was sent', () => {
  it('is received, and served over there', async () => {
    const { sent } = await forkReceiver('serves')
    const { client, socket } = await converse((await aServer()).server)

    expect(await sent.send(socket, LISTENER, PAYLOAD)).toBe('received')
    // It is ours as well until we close it.
    expect(socket.destroyed).toBe(false)
    socket.destroy()
    client.say(GET())

    await client.hears(/from the child$/)
  })

  it('is refused, and can be served here', async () => {
    const { sent } = await forkReceiver('refuses')
    const { client, socket } = await converse((await aServer()).server)

    expect(await sent.send(socket, LISTENER, PAYLOAD)).toBe('refused')
    client.say(GET())

    await client.hears(/from the parent$/)
  })

  it('is asked for when no confirmation comes, and refused if it has not arrived', async () => {
    const { sent } = await forkReceiver('loses')
    const { client, socket } = await converse((await aServer()).server)

    expect(await sent.send(socket, LISTENER, PAYLOAD)).toBe('refused')
    client.say(GET())

    await client.hears(/from the parent$/)
  })

  it('is received once it is confirmed, whatever is answered to the question behind it', async () => {
    const { sent, child } = await forkReceiver('is late')
    const { socket } = await converse((await aServer()).server)
    const answers: string[] = []
    child.on('message', ({ type }: { type: string }) => answers.push(type))

    expect(await sent.send(socket, LISTENER, PAYLOAD)).toBe('received')

    while (answers.length < 2) await once(child, 'message')
    expect(answers).toEqual(['connection-received', 'connection-refused'])
  })

  it('is unconfirmed when the other process dies over it', async () => {
    const { sent } = await forkReceiver('dies')
    const { socket } = await converse((await aServer()).server)
    expect(await sent.send(socket, LISTENER, PAYLOAD)).toBe('unconfirmed')
  })

  it('is refused at once when the channel has ended before', async () => {
    const { sent, child } = await forkReceiver('serves')
    const { client, socket } = await converse((await aServer()).server)
    child.disconnect()

    expect(await sent.send(socket, LISTENER, PAYLOAD)).toBe('refused')
    client.say(GET())

    await client.hears(/from the parent$/)
  })

  it('is told from others by its number', async () => {
    const { sent } = await forkReceiver('serves')
    const { server } = await aServer()
    const { socket } = await converse(server)

    // Of a connection that nobody sent, nothing becomes.
    sent.confirm(4711, 'received')
    const fates = [sent.send(socket, LISTENER, PAYLOAD), sent.send((await converse(server)).socket, LISTENER, PAYLOAD)]

    expect(await Promise.all(fates)).toEqual(['received', 'received'])
  })
})
