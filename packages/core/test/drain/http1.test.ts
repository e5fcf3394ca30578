import { once } from 'node:events'
import { createServer as createHttpsServer, get } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { drainable } from '../support/drains.ts'
import type { Drainable } from '../support/drains.ts'
import { GET, Inbox, answer, converse, converseTimes, serve } from '../support/http.ts'
import { listen } from '../support/servers.ts'
import { PSK, connectTls } from '../support/tls.ts'

async function serveDrainable(inbox: Inbox): Promise<Drainable<Awaited<ReturnType<typeof serve>>['server']>> {
  const { server, connections } = await serve(inbox.handler)
  return drainable(server, connections)
}

describe('an HTTP/1.1 connection in a drain', () => {
  it('that is idle and closed by its client was closed idle', async () => {
    const inbox = new Inbox()
    const tracked = await serveDrainable(inbox)
    const { client } = await converse(tracked.server)
    client.say(GET())
    await answer((await inbox.next()).response)
    const { drained, ledger } = tracked.drain()
    client.socket.end()
    await drained
    expect(ledger).toMatchObject({ finished: 0, closedIdle: 1, cut: 0 })
  })

  it('that is idle and asks once more is answered, and finished', async () => {
    const inbox = new Inbox()
    const tracked = await serveDrainable(inbox)
    const { client } = await converse(tracked.server)
    client.say(GET())
    await answer((await inbox.next()).response)
    const { drained, ledger } = tracked.drain()
    client.say(GET())
    const { response } = await inbox.next()
    response.end('once more')
    expect(await client.hearsAll()).toMatch(/connection: close\r\n.*once more/is)
    client.socket.end()
    await drained
    expect(ledger).toMatchObject({ finished: 1, closedIdle: 0, cut: 0 })
  })

  it('that is busy is finished', async () => {
    const inbox = new Inbox()
    const tracked = await serveDrainable(inbox)
    const { client } = await converse(tracked.server)
    client.say(GET())
    const { response } = await inbox.next()
    const { drained, ledger } = tracked.drain()
    response.end('done')
    await client.hears(/done$/)
    client.socket.end()
    await drained
    expect(ledger).toMatchObject({ finished: 1, closedIdle: 0, cut: 0 })
  })

  it('that was upgraded is the application’s to end', async () => {
    const tracked = await serveDrainable(new Inbox())
    const upgraded = once(tracked.server, 'upgrade')
    const { client, socket } = await converse(tracked.server)
    client.say('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n')
    await upgraded
    socket.on('data', (data) => socket.write(data))
    const { drained, ledger } = tracked.drain()
    client.say('still there?')
    await client.hears(/still there\?$/)
    socket.end()
    client.socket.end()
    await drained
    expect(ledger).toMatchObject({ finished: 1, closedIdle: 0, cut: 0 })
  })
})

describe('HTTP/1.1 connections at the deadline', () => {
  it('are cut where something is in flight, and closed idle where nothing is', async () => {
    const inbox = new Inbox()
    const tracked = await serveDrainable(inbox)
    const [idle, silent, busy, upgraded] = await converseTimes(tracked.server, 4)
    idle?.client.say(GET())
    await answer((await inbox.next()).response)
    busy?.client.say(GET())
    await inbox.next()
    const upgrade = once(tracked.server, 'upgrade')
    upgraded?.client.say('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n')
    await upgrade
    const { drain, drained, ledger } = tracked.drain()
    const ends = [idle, silent, busy, upgraded].map((one) => once(one?.client.socket ?? tracked.server, 'close'))
    drain.cut()
    await drained
    await Promise.all(ends)
    expect(ledger).toMatchObject({ finished: 0, handedOver: 0, closedIdle: 2, cut: 2 })
  })
})

describe('an HTTPS server in a drain', () => {
  it('has its requests answered, those on idle connections as well', async () => {
    const inbox = new Inbox()
    const tracked = drainable(createHttpsServer(PSK, inbox.handler))
    await listen(tracked.server)
    const early = await connectTls(tracked.server)
    const earlyAnswer = once(get({ path: '/', createConnection: () => early }), 'response')
    const { response: earlyResponse } = await inbox.next()
    const late = await connectTls(tracked.server)
    const { drained, ledger } = tracked.drain()
    earlyResponse.end('early')
    const [before] = await earlyAnswer
    expect(String(await buffer(before))).toBe('early')
    const lateAnswer = once(get({ path: '/', createConnection: () => late }), 'response')
    const { response: lateResponse } = await inbox.next()
    lateResponse.end('late')
    const [after] = await lateAnswer
    expect(after.headers.connection).toBe('close')
    expect(String(await buffer(after))).toBe('late')
    await drained
    expect(ledger).toMatchObject({ finished: 2, cut: 0 })
  })
})
