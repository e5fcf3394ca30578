import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { createServer as createHttpsServer, get } from 'node:https'
import { buffer } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../src/drain/ledger.ts'
import { drainable } from '../support/drains.ts'
import type { Drainable, Drained } from '../support/drains.ts'
import type { Conversation } from '../support/http.ts'
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

type Busy = Conversation & { server: Server; response: ServerResponse }

/** One whose request waits for its answer while its server drains. */
async function busyInDrain(said = GET()): Promise<Busy & Drained> {
  const inbox = new Inbox()
  const tracked = await serveDrainable(inbox)
  const conversation = await converse(tracked.server)
  conversation.client.say(said)
  const { response } = await inbox.next()
  return { ...conversation, ...tracked.drain(), server: tracked.server, response }
}

const UPLOAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf'

describe('an HTTP/1.1 connection that ends before its request is answered', () => {
  it.each<[string, string, (busy: Busy) => unknown]>([
    ['the application closes all connections', GET(), ({ server }) => server.closeAllConnections()],
    ['the application destroys its socket', GET(), ({ socket }) => socket.destroy()],
    ['a handler fails', GET(), ({ response }) => response.destroy(new Error('no database'))],
    [
      'a handler fails within its answer',
      GET(),
      ({ response }) => {
        response.write('some of it')
        response.destroy(new Error('no database'))
      },
    ],
    ['the application destroys it in the middle of an upload', UPLOAD, ({ socket }) => socket.destroy()],
    ['a timeout of the server’s is over', GET(), ({ socket }) => socket.setTimeout(5)],
  ])('is cut where %s', async (_, said, end) => {
    const busy = await busyInDrain(said)
    busy.client.socket.on('error', () => {}) // A reset, where not all was read.
    end(busy)
    await busy.drained
    expect(busy.ledger).toMatchObject({ finished: 0, closedIdle: 0, cut: 1 })
  })

  it('is cut where one answer of a pipeline is still to come', async () => {
    const busy = await busyInDrain(GET() + GET())
    await answer(busy.response)
    busy.socket.destroy()
    await busy.drained
    expect(busy.ledger).toMatchObject({ finished: 0, closedIdle: 0, cut: 1 })
  })

  it.each<[string, string, (busy: Busy) => unknown]>([
    ['leaves', GET(), ({ client }) => client.socket.destroy()],
    ['resets it', GET(), ({ client }) => client.socket.resetAndDestroy()],
    ['resets it in the middle of its upload', UPLOAD, ({ client }) => client.socket.resetAndDestroy()],
    ['says nonsense', GET(), ({ client }) => client.say('nonsense\r\n\r\n')],
    [
      'has left, and the application closes it then',
      GET(),
      async ({ client, socket }) => {
        const left = once(socket, 'end')
        client.socket.end()
        await left
        socket.destroy()
      },
    ],
  ])('is not cut where its client %s', async (_, said, end) => {
    const busy = await busyInDrain(said)
    await end(busy)
    await busy.drained
    expect(busy.ledger).toMatchObject({ finished: 1, closedIdle: 0, cut: 0 })
  })

  it('is closed idle where there was none', async () => {
    const inbox = new Inbox()
    const tracked = await serveDrainable(inbox)
    const { client } = await converse(tracked.server)
    client.say(GET())
    await answer((await inbox.next()).response)
    const { drained, ledger } = tracked.drain()
    tracked.server.closeAllConnections()
    await drained
    expect(ledger).toMatchObject({ finished: 0, closedIdle: 1, cut: 0 })
  })

  it.each<[string, (busy: Busy) => unknown]>([
    ['closes it right after its answer', ({ socket }) => socket.destroy()],
    ['has it closed after its answer', ({ socket }) => socket.destroySoon()],
  ])('does not count where the application %s', async (_, end) => {
    const busy = await busyInDrain()
    busy.response.end('all of it')
    end(busy)
    expect(await busy.client.hearsAll()).toMatch(/all of it/)
    await busy.drained
    expect(busy.ledger).toMatchObject({ finished: 1, closedIdle: 0, cut: 0 })
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

  it.each<[string, (server: Server, client: TLSSocket) => unknown, Partial<Ledger>]>([
    ['that it closes itself has cut it', (server) => server.closeAllConnections(), { finished: 0, cut: 1 }],
    ['that its client leaves has not', (_, client) => client.end(), { finished: 1, cut: 0 }],
    ['that its client resets has not', (_, client) => client.destroy(), { finished: 1, cut: 0 }],
  ])('and a request %s', async (_, end, counts) => {
    const inbox = new Inbox()
    const tracked = drainable(createHttpsServer(PSK, inbox.handler))
    await listen(tracked.server)
    const client = await connectTls(tracked.server)
    client.write(GET())
    await inbox.next()
    const { drained, ledger } = tracked.drain()
    end(tracked.server, client)
    await drained
    expect(ledger).toMatchObject({ ...counts, closedIdle: 0 })
  })
})
