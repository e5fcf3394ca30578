import { once } from 'node:events'
import { connect } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { Wire } from '../handover/stage/wire.ts'
import { ChatClient } from '../socket.io/stage/client.ts'
import { cleanUp } from '../support/clean-up.ts'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, startServer, until } from '../support/index.ts'
import { WebSocketClient } from '../ws/stage/client.ts'
import { overTls } from './secure.ts'
import type { Counted } from './stage.ts'
import { POST, accepted, commit, count, counted, startFaulty } from './stage.ts'

const WS = { env: { SOCKETS: 'ws' } }

const UPGRADE =
  'GET /s/a HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n' +
  'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
/** A message of one byte, with a mask of zeros. */
const MESSAGE = Buffer.from([0x82, 0x81, 0, 0, 0, 0, 0])

/** Upgraded, and the first message answered. */
const answeredBy = (generation: number): RegExp => new RegExp(`^HTTP/1.1 101 .*{"count":2,"by":${generation}}`, 's')

async function counts(client: WebSocketClient): Promise<Counted> {
  const before = client.texts.length
  client.send('count')
  return JSON.parse((await client.waitFor(before + 1)).at(-1) ?? '') as Counted
}

/** A request of that session is in flight until this is called. */
async function use(server: ServerProcess, key: string, query = ''): Promise<() => Promise<Counted>> {
  const wire = await Wire.open(server.target())
  await count(wire, key, '?new')
  wire.write(POST(`/s/${key}${query}`, 'abc').slice(0, -1))
  return () => {
    wire.write('c')
    return counted(wire)
  }
}

/** Session `a` has gone, and a connection is still the old process's, as it has sent half of a request. */
async function inTheMiddle(wire: Wire, server: ServerProcess, part: string): Promise<void> {
  wire.write(part)
  // The server has read that before.
  await count(await Wire.open(server.target()), 'other', '?new')
  await commit(server)
  await server.waitForLog(/"took".*"key":"a"/)
}

describe('an upgrade of a session', () => {
  it('that comes to the successor in its probation waits for its session', async () => {
    const { server } = await startFaulty({ probation: 2000 }, WS.env)
    await count(await Wire.open(server.target()), 'a', '?new')
    server.signal('SIGUSR2')
    await server.waitForAnnouncement(1)
    const wire = await accepted(server)
    wire.write(UPGRADE)
    wire.write(MESSAGE)
    await wire.hears(answeredBy(2))
    expect([eventsOf(server, 'refused'), eventsOf(server, 'took')]).toMatchObject([[], [{ key: 'a', count: 1 }]])
  })

  it('that comes to the successor waits for its session, as long as that is in use in the old process', async () => {
    const server = await startServer('sessions', WS)
    const end = await use(server, 'a')
    await commit(server)
    const wire = await Wire.open(server.target())
    wire.write(UPGRADE)
    // By then the old process has said that it keeps the session for now.
    const other = await Wire.open(server.target())
    expect(await count(other, 'a')).toMatchObject({ count: 2, by: 1 })
    expect(await end()).toMatchObject({ count: 3, by: 1 })
    wire.write(MESSAGE)
    await wire.hears(/^HTTP\/1.1 101 .*{"count":4,"by":2}/s)
    expect(eventsOf(server, 'refused')).toEqual([])
  })

  it('that waits in a successor whose restart is rolled back is answered by 503', async () => {
    const { server } = await startFaulty({ probation: 60_000 }, WS.env)
    await count(await Wire.open(server.target()), 'a', '?new')
    server.signal('SIGUSR2')
    await server.waitForAnnouncement(1)
    const [wire, later] = [await accepted(server), await accepted(server)]
    wire.write(UPGRADE)
    expect(await count(later, 'a')).toMatchObject({ count: 2, by: 1 })
    server.signal('SIGTERM', server.latest.pid)
    expect(await wire.answer()).toMatchObject({ status: 503, close: true })
    await wire.ended()
    expect(eventsOf(server, 'refused')).toEqual([])
  })

  it('that has gone moves to the successor with its connection', async () => {
    const server = await startServer('sessions', WS)
    const wire = await Wire.open(server.target())
    await count(wire, 'a', '?new')
    await inTheMiddle(wire, server, UPGRADE.slice(0, -10))
    wire.write(Buffer.concat([Buffer.from(UPGRADE.slice(-10)), MESSAGE]))
    await wire.hears(answeredBy(2))
    expect(eventsOf(server, 'refused')).toEqual([])
  })

  it('that has gone moves when the requests before it on its connection are answered', async () => {
    const server = await startServer('sessions', WS)
    const wire = await Wire.open(server.target())
    await count(wire, 'a', '?new')
    await count(wire, 'b', '?new')
    const release = await use(server, 'c', '?release')
    await inTheMiddle(wire, server, POST('/s/b?held'))
    const both = wire.hears(/^HTTP\/1.1 200 .*{"count":2,"by":1,.*HTTP\/1.1 101 .*{"count":2,"by":2}/s)
    wire.write(UPGRADE)
    wire.write(MESSAGE)
    expect(await release()).toMatchObject({ by: 1 })
    await both
    expect(eventsOf(server, 'refused')).toEqual([])
  })

  it('that has gone is answered by 503 over TLS, where nothing can move', async () => {
    const server = await startServer('sessions', { env: { ...WS.env, PROTOCOL: 'https' } })
    const first = overTls(server)
    await first.ask('/s/a?new')
    const { host, port } = server.target() as { host: string; port: number }
    const socket = connect({ host, port, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const wire = new Wire(socket)
    wire.write(UPGRADE.slice(0, -10))
    const last = overTls(server)
    await last.ask('/s/b?new')
    first.agent.destroy()
    last.agent.destroy()
    await commit(server)
    await server.waitForLog(/"took".*"key":"a"/)
    wire.write(UPGRADE.slice(-10))
    expect(await wire.answer()).toMatchObject({ status: 503, close: true })
    await wire.ended()
    expect(eventsOf(server, 'refused')).toEqual([])
  })

  it('keeps it in the old process until the application has answered', async () => {
    const server = await startServer('sessions', WS)
    await count(await Wire.open(server.target()), 'a', '?new')
    const release = await use(server, 'c', '?release')
    const opening = WebSocketClient.open(server.target(), { path: '/s/a?held' })
    await until(() => eventsOf(server, 'holds').length === 1, 'it to come to the application')
    await count(await Wire.open(server.target()), 'b', '?new')
    await commit(server)
    await server.waitForLog(/"took".*"key":"b"/)
    await release()
    const client = await opening
    await until(() => eventsOf(server, 'moved').length === 1, 'it to move')
    expect(await counts(client)).toMatchObject({ count: 2, by: 2 })
    expect([client.end, eventsOf(server, 'refused')]).toEqual([undefined, []])
  })
})

describe('the open WebSockets of a session with a request in flight in the old process move when it has', () => {
  it('those of ws', async () => {
    const server = await startServer('sessions', WS)
    const end = await use(server, 'a')
    await count(await Wire.open(server.target()), 'b', '?new')
    const open = (path: string): Promise<WebSocketClient> => WebSocketClient.open(server.target(), { path })
    const [client, other] = [await open('/s/a'), await open('/s/b')]
    await commit(server)
    await until(() => eventsOf(server, 'moved').length > 0, 'another one to move')
    expect(await counts(other)).toMatchObject({ count: 2, by: 2 })
    expect(await counts(client)).toMatchObject({ count: 2, by: 1 })

    expect(await end()).toMatchObject({ count: 3, by: 1 })
    await until(() => eventsOf(server, 'moved').length === 2, 'it to move')
    expect(await counts(client)).toMatchObject({ count: 4, by: 2 })
    expect([client.end, eventsOf(server, 'refused')]).toEqual([undefined, []])
  })

  it('those of Socket.IO', async () => {
    const server = await startServer('sessions', { env: { SOCKETS: 'socket.io' } })
    const end = await use(server, 'a')
    await count(await Wire.open(server.target()), 'b', '?new')
    const open = (session: string): Promise<ChatClient> =>
      ChatClient.open(server.target(), { namespaces: ['/'], query: { session } })
    const [client, other] = [await open('a'), await open('b')]
    cleanUp(() => [client, other].forEach((one) => one.close()))
    await commit(server)
    await until(() => eventsOf(server, 'moved').length > 0, 'another one to move')
    expect(await other.sockets[0]?.ask('count')).toMatchObject({ count: 2, by: 2 })
    expect(await client.sockets[0]?.ask('count')).toMatchObject({ count: 2, by: 1 })

    expect(await end()).toMatchObject({ count: 3, by: 1 })
    await until(() => eventsOf(server, 'moved').length === 2, 'it to move')
    expect(await client.sockets[0]?.ask('count')).toMatchObject({ count: 4, by: 2 })
    expect([client.sockets[0]?.ends, eventsOf(server, 'refused')]).toEqual([[], []])
  })

  it('and at once to a release that has no sessions of that name', async () => {
    const server = await startServer('sessions', { ...WS, generations: { 2: { name: 'others', opens: true } } })
    await count(await Wire.open(server.target()), 'a', '?new')
    const client = await WebSocketClient.open(server.target(), { path: '/s/a' })
    await commit(server)
    await until(() => eventsOf(server, 'moved').length === 1, 'it to move')
    expect(await counts(client)).toEqual({ by: 2 })
  })
})
