import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { http1 } from '../../../src/handover/kinds/http1.ts'
import { Frozen } from '../../../src/handover/send/frozen.ts'
import { GET, converse, serve } from '../../support/http.ts'

const aServer = () => serve((_, response) => response.end('ok'), { keepAliveTimeout: 30_000 })

describe('a frozen connection', () => {
  it('is read by nobody, and has no timeout, until it is thawed', async () => {
    const { client, socket } = await converse((await aServer()).server)
    client.say(GET())
    await client.hears(/ok$/)
    const before = socket.timeout
    expect(before).toBeGreaterThanOrEqual(30_000)

    const frozen = Frozen.freeze(http1, socket)
    client.say(GET('/2'))
    expect(socket.timeout).toBe(0)
    expect(frozen?.payload).toEqual({ kind: 'http1', used: true, requests: 0 })
    frozen?.settle('refused')

    expect(socket.timeout).toBe(before)
    await client.hears(/ok[^]*ok$/)
  })

  it('gets its keep-alive timeout, if it was frozen when its answer was written out', async () => {
    const { client, socket } = await converse((await aServer()).server)
    let frozen: Frozen | undefined
    const freeze = (): void => void (frozen = Frozen.freeze(http1, socket))
    subscribe('http.server.response.finish', freeze)
    onTestFinished(() => void unsubscribe('http.server.response.finish', freeze))
    client.say(GET())
    await client.hears(/ok$/)

    frozen?.thaw()
    expect(socket.timeout).toBeGreaterThanOrEqual(30_000)

    frozen = Frozen.freeze(http1, socket)
    expect([frozen?.freezeAgain(), socket.timeout]).toEqual([true, 0])
    frozen?.thaw()
    expect(socket.timeout).toBeGreaterThanOrEqual(30_000)
  })

  it('is frozen again, if its upload has set it reading', async () => {
    const { client, socket } = await converse((await aServer()).server)
    client.say('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 8\r\n\r\nabcd')
    await client.hears(/ok$/)
    const frozen = Frozen.freeze(http1, socket)
    const before = socket.bytesRead
    socket.resume()
    expect(frozen?.freezeAgain()).toBe(true)
    client.say('efgh')
    await new Promise((later) => setTimeout(later, 50))
    expect(socket.bytesRead).toBe(before)
    frozen?.thaw()
    client.say(GET())
    await client.hears(/ok[^]*ok$/)
  })

  it('is no longer counted by the server when it has left', async () => {
    const { server } = await aServer()
    const { socket } = await converse(server)

    const frozen = Frozen.freeze(http1, socket)
    frozen?.settle('received')
    expect(frozen?.leave()).toBeGreaterThanOrEqual(0)
    await once(socket, 'close')

    expect(await promisify(server.getConnections).call(server)).toBe(0)
  })

  it('is still counted, and its end noticed, when it was thawed', async () => {
    const { server } = await aServer()
    const { client, socket } = await converse(server)
    Frozen.freeze(http1, socket)?.thaw()
    expect(await promisify(server.getConnections).call(server)).toBe(1)
    client.socket.end()
    await once(socket, 'close')
    expect(await promisify(server.getConnections).call(server)).toBe(0)
  })

  it('cannot be one that has closed already', async () => {
    const { socket } = await converse((await aServer()).server)
    socket.destroy()
    expect(Frozen.freeze(http1, socket)).toBeUndefined()
  })
})
