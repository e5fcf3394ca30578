import { connect } from 'node:tls'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, restartAndLeave } from '../support/index.ts'
import { WebSocketClient } from './stage/client.ts'
import { OPCODE } from './stage/frames.ts'
import { openClients, startWs } from './stage/server.ts'

const SHORT = { options: { drainTimeout: 3000 } }

/** Restarts. @returns the codes with which these ended, or what they hear from the process that has them now */
async function afterRestart(server: ServerProcess, clients: readonly WebSocketClient[]): Promise<unknown[]> {
  await restartAndLeave(server)
  return Promise.all(clients.map((client) => client.end?.code ?? heard(client)))
}

async function heard(client: WebSocketClient): Promise<string | undefined> {
  const before = client.texts.length
  client.send('x')
  return (await client.waitFor(before + 1)).at(-1)
}

describe('a WebSocket that cannot move is closed with 1012', () => {
  it('if its client compresses with what came before; others move', async () => {
    const server = await startWs({ ...SHORT, wsOptions: { perMessageDeflate: { threshold: 0 } } })
    const headers = { 'sec-websocket-extensions': 'permessage-deflate' }
    const [compressed, ...others] = (await openClients(server, 3, { headers })) as [WebSocketClient]
    compressed.send('a')
    await compressed.waitFor(1)
    expect(await afterRestart(server, [compressed, ...others])).toEqual([1012, '2 1 x', '2 1 x'])
    expect(server.output.toString()).toMatch(/some WebSockets stay .* clientNoContextTakeover: true/)
  })

  it.each([
    ['refuses the upgrade', { refuse: true }, 'noServer'],
    ['cannot take it', { failToTake: true }, 'server'],
    ['does not use zerodown.ws()', { plain: true }, 'server'],
  ])('if the new process %s', async (_, second, mode) => {
    const server = await startWs({ ...SHORT, mode, generations: { 2: second } })
    const clients = await openClients(server, 3)
    expect(await afterRestart(server, clients)).toEqual([1012, 1012, 1012])
    expect(eventsOf(server, 'error')).toEqual([])
  })

  it('if its subprotocol has a state that nobody carries over', async () => {
    const server = await startWs({ ...SHORT, generations: { 1: { noState: true } } })
    const subprotocols = ['graphql-transport-ws', 'mqtt', 'v12.stomp', 'chat']
    const clients = await Promise.all(
      subprotocols.map((name) =>
        WebSocketClient.open(server.target(), { headers: { 'sec-websocket-protocol': name } }),
      ),
    )
    expect(await afterRestart(server, clients)).toEqual([1012, 1012, 1012, '2 1 x'])
    expect(server.output.toString()).toMatch(
      /some WebSockets stay .* their subprotocol, graphql-transport-ws, has a state/,
    )
  })

  it('if the new process does not take it, as stayed() is told first', async () => {
    const server = await startWs({ ...SHORT, generations: { 2: { failToTake: true } } })
    const [client] = (await openClients(server, 1)) as [WebSocketClient]
    client.send('a')
    await client.waitFor(1)
    expect(await afterRestart(server, [client])).toEqual([1012])
    expect(eventsOf(server, 'stayed')).toEqual([{ event: 'stayed', by: 1, count: 1 }])
    expect(server.output.toString()).toMatch(/"event":"stayed".*"event":"close"/s)
  })

  it('if there is nothing to give, and the log says so once', async () => {
    const server = await startWs({ ...SHORT, generations: { 1: { failToGive: true } } })
    const clients = await openClients(server, 3)
    expect(await afterRestart(server, clients)).toEqual([1012, 1012, 1012])
    expect(server.output.lines.filter((line) => line.includes('give() has failed'))).toHaveLength(1)
  })

  it.each([
    ['the application has paused it', 'pause'],
    ['mayMove() never lets it', 'begin 0 for ever'],
  ])('if %s', async (_, command) => {
    const server = await startWs(SHORT)
    const [stays, other] = (await openClients(server, 2)) as [WebSocketClient, WebSocketClient]
    stays.send(command)
    other.send('a')
    await other.waitFor(1)
    expect(await afterRestart(server, [stays, other])).toEqual([1012, '2 2 x'])
  })

  it('if the new process has other extensions', async () => {
    const server = await startWs({ ...SHORT, generations: { 2: { wsOptions: { perMessageDeflate: true } } } })
    const headers = { 'sec-websocket-extensions': 'permessage-deflate' }
    const clients = [
      await WebSocketClient.open(server.target(), { headers }),
      await WebSocketClient.open(server.target()),
    ]
    expect(await afterRestart(server, clients)).toEqual([1012, '2 1 x'])
  })

  it('if the new process never answers its upgrade; others wait for none of them', async () => {
    const server = await startWs({
      options: { drainTimeout: 8000 },
      mode: 'noServer',
      generations: { 2: { hangs: '/hang' } },
    })
    const hanging = await openClients(server, 3, { path: '/hang' })
    const others = await openClients(server, 12)
    hanging.push(...(await openClients(server, 3, { path: '/hang' })))
    expect(await afterRestart(server, [...hanging, ...others])).toEqual([
      ...hanging.map(() => 1012),
      ...others.map(() => '2 1 one x'),
    ])
  })

  it('over TLS', async () => {
    const server = await startWs({ ...SHORT, mode: 'tls' })
    const { port } = server
    const client = await WebSocketClient.open(server.target(), {
      connect: async () => {
        const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
        await once(socket, 'secureConnect')
        return socket
      },
    })
    expect(await afterRestart(server, [client])).toEqual([1012])
  })
})

it('those of a process that does not use zerodown.ws() are cut at the end of the drain; those of the next one, which does, move', async () => {
  const server = await startWs({ ...SHORT, generations: { 1: { plain: true } } })
  const clients = await openClients(server, 2)
  expect(await afterRestart(server, clients)).toEqual([1006, 1006])
  const [again] = (await openClients(server, 1)) as [WebSocketClient]
  await restartAndLeave(server)
  again.send('x')
  expect(await again.waitFor(1)).toEqual(['3 1 x'])
})

it('a long message that has come in part is received to its end by the process that has begun it', async () => {
  const server = await startWs()
  const client = await WebSocketClient.open(server.target())
  const half = Buffer.alloc(300_000, 'a')
  client.frame({ opcode: OPCODE.text, payload: half, fin: false })
  client.ping('arrived')
  await client.until(() => client.pongs.length > 0, 'the answer to the ping')
  await server.restart()
  await server.waitForLog(/has taken over; draining/)
  client.frame({ opcode: OPCODE.continuation, payload: Buffer.from('b') })
  expect((await client.waitFor(1)).map((text) => text.replace(/a+/, 'a'))).toEqual(['1 1 ab'])
  await server.waitForExit()
  expect(await heard(client)).toBe('2 2 x')
})

it.each(['says that it may not move', 'throws'])(
  'a WebSocket whose mayMove() %s is asked again, and moves later',
  async (how) => {
    const server = await startWs({ options: { drainTimeout: 20_000 } })
    const [busy, other] = (await openClients(server, 2)) as [WebSocketClient, WebSocketClient]
    busy.send(`begin 0 ${how}`)
    busy.send('a')
    await busy.waitFor(1)
    await server.restart()
    await server.waitForLog(/"event":"moved","by":1/)
    expect(await heard(other)).toBe('2 1 x')
    busy.send('c')
    expect((await busy.waitFor(2)).at(-1)).toBe('1 3 c')

    busy.send('end')
    await server.waitForLog(/"event":"moved","by":1,"count":4/)
    busy.send('d')
    expect((await busy.waitFor(3)).at(-1)).toBe('2 5 d')
    expect([busy.end, other.end]).toEqual([undefined, undefined])
  },
)
