import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { Server } from 'node:net'
import { createServer as createNetServer } from 'node:net'
import { onTestFinished } from 'vitest'
import { describe, expect, it } from 'vitest'
import { followSessions, isHttp2Server } from '../../src/connections/http2-sessions.ts'
import { Connections } from '../../src/connections/tracking.ts'
import { countConnections } from '../../src/servers/count-connections.ts'
import { GET, Inbox, answer, converse, hasRead, serve } from '../support/http.ts'
import { listen, portOf } from '../support/servers.ts'
import { PSK, connectTls } from '../support/tls.ts'

async function track<S extends Server>(server: S): Promise<{ server: S; connections: Connections }> {
  const connections = new Connections(server)
  if (isHttp2Server(server)) followSessions(server)
  return { server: await listen(server), connections }
}

describe('the open connections', () => {
  it('are none at first', async () => {
    expect(countConnections([await track(createServer())])).toEqual({ connections: [], requests: 0 })
  })

  it('of HTTP/1.1 are idle before a request, between two, and not while one is answered', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const one = await converse(tracked.server)
    await converse(tracked.server)
    one.client.say(GET())
    const { response } = await inbox.next()
    expect(countConnections([tracked])).toEqual({ connections: [{ kind: 'http1', open: 2, idle: 1 }], requests: 1 })

    await answer(response)
    expect(countConnections([tracked])).toEqual({ connections: [{ kind: 'http1', open: 2, idle: 2 }], requests: 0 })

    // Half a header is a request on its way.
    one.client.say('GET / HT')
    await hasRead(one.socket, GET().length + 8)
    expect(countConnections([tracked])).toMatchObject({ connections: [{ idle: 1 }], requests: 1 })
  })

  it('are all there afterwards: to count them closes none', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    for (let times = 0; times < 3; times += 1) {
      client.say(GET())
      await answer((await inbox.next()).response, `answer ${times}`)
      await client.hears(new RegExp(`answer ${times}`))
      expect(countConnections([tracked])).toMatchObject({ connections: [{ open: 1, idle: 1 }] })
    }
  })

  it('that were upgraded are counted apart', async () => {
    const tracked = await track(createServer())
    tracked.server.on('upgrade', (_, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'))
    const { client } = await converse(tracked.server)
    client.say('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n')
    await client.hears(/101/)
    expect(countConnections([tracked])).toEqual({ connections: [{ kind: 'upgraded', open: 1, idle: 0 }], requests: 0 })
  })

  it('of several servers are counted together, each by its kind', async () => {
    const inbox = new Inbox()
    const https = await track(createHttpsServer(PSK, inbox.handler))
    const raw = await track(createNetServer())
    const plain = await serve(inbox.handler)
    const tls = await connectTls(https.server)
    tls.write(GET())
    await inbox.next()
    await converse(raw.server)
    await converse(plain.server)
    const { connections, requests } = countConnections([https, raw, plain])
    expect(connections).toEqual([
      { kind: 'https', open: 1, idle: 0 },
      { kind: 'raw', open: 1, idle: 0 },
      { kind: 'http1', open: 1, idle: 1 },
    ])
    expect(requests).toBe(1)
  })

  it('of HTTP/2 are sessions, and each stream is a request', async () => {
    const tracked = await track(createHttp2Server())
    const session = connectHttp2(`http://127.0.0.1:${portOf(tracked.server)}`)
    onTestFinished(() => session.destroy())
    await once(session, 'remoteSettings')
    expect(countConnections([tracked])).toEqual({ connections: [{ kind: 'http2', open: 1, idle: 1 }], requests: 0 })

    const streams = [session.request(), session.request()]
    await Promise.all(streams.map(() => once(tracked.server, 'stream')))
    while (countConnections([tracked]).requests < 2) await once(tracked.server, 'stream')
    expect(countConnections([tracked])).toEqual({ connections: [{ kind: 'http2', open: 1, idle: 0 }], requests: 2 })
  })
})
