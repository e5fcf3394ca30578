import { once } from 'node:events'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { drainable } from '../support/drains.ts'
import { converse, converseTimes } from '../support/http.ts'
import { acceptedBy, connectTo, listen } from '../support/servers.ts'
import { PSK, connectTls } from '../support/tls.ts'

describe('a raw TCP server in a drain', () => {
  it('accepts nobody any more', async () => {
    const tracked = drainable(await listen(createServer()))
    const { server } = tracked
    const address = server.address()
    const { drained } = tracked.drain()
    await drained
    expect(server.listening).toBe(false)
    server.address = () => address
    await expect(connectTo(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('leaves its connections in service until the application ends them', async () => {
    const tracked = drainable(await listen(createServer((socket) => socket.on('data', (data) => socket.write(data)))))
    const conversations = await converseTimes(tracked.server, 2)
    const { drained, ledger } = tracked.drain()
    for (const { client } of conversations) {
      client.say('still there?')
      await client.hears(/still there\?$/)
    }
    expect(ledger).toMatchObject({ finished: 0, cut: 0 })
    for (const { socket } of conversations) socket.end('bye')
    for (const { client } of conversations) {
      expect(await client.hearsAll()).toMatch(/bye$/)
      client.socket.end()
    }
    await drained
    expect(ledger).toMatchObject({ finished: 2, cut: 0 })
  })

  it('serves what the kernel had accepted already', async () => {
    const tracked = drainable(await listen(createServer((socket) => socket.end('served'))))
    const { client } = await converse(tracked.server)
    const { drained, ledger } = tracked.drain()
    expect(await client.hearsAll()).toBe('served')
    await drained
    expect(ledger).toMatchObject({ finished: 1, cut: 0 })
  })

  it('cuts at the deadline what is left, and counts it', async () => {
    const tracked = drainable(await listen(createServer()))
    const [left, stays] = await converseTimes(tracked.server, 2)
    const { drain, drained, ledger } = tracked.drain()
    const gone = once(left?.socket ?? tracked.server, 'close')
    left?.socket.destroy()
    await gone
    const ended = stays?.client.hearsAll()
    drain.cut()
    await drained
    await ended
    expect(ledger).toMatchObject({ finished: 1, handedOver: 0, closedIdle: 0, cut: 1 })
  })

  it('that was closed by the application before has its connections drained all the same', async () => {
    const tracked = drainable(await listen(createServer()))
    const { socket } = await converse(tracked.server)
    tracked.server.close()
    const { drained, ledger } = tracked.drain()
    socket.destroy()
    await drained
    expect(ledger).toMatchObject({ finished: 1, cut: 0 })
  })
})

describe('a raw TLS server in a drain', () => {
  it('counts each connection once', async () => {
    const tracked = drainable(await listen(createTlsServer(PSK)))
    const secured = once(tracked.server, 'secureConnection')
    const client = await connectTls(tracked.server)
    const [socket] = await secured
    const { drained, ledger } = tracked.drain()
    client.resume()
    socket.resume().end('bye')
    await drained
    expect(ledger).toMatchObject({ finished: 1, cut: 0 })
  })

  it('cuts a handshake at the deadline', async () => {
    const tracked = drainable(await listen(createTlsServer(PSK)))
    const client = await acceptedBy(tracked.server)
    const closed = once(client.resume(), 'close')
    const { drain, drained } = tracked.drain()
    drain.cut()
    await Promise.all([drained, closed])
  })
})
