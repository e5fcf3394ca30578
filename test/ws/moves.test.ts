import { describe, expect, it } from 'vitest'
import { eventsOf, restartAndLeave, until } from '../support/index.ts'
import { converse } from './stage/conversation.ts'
import { WebSocketClient } from './stage/client.ts'
import { COMPRESSED, openClients, startWs } from './stage/server.ts'

/** test:ws runs older versions of ws. */
describe('WebSockets', () => {
  it('stay open through restarts, and no message is lost, doubled or out of order, at whatever bytes it is cut', async () => {
    const server = await startWs({ push: 20 })
    await converse(server, { clients: 10, messages: 60, restarts: 2, seed: 1 })
  })

  it('move with their compression, where it needs nothing of what was before', async () => {
    const server = await startWs({ wsOptions: COMPRESSED.wsOptions })
    await converse(server, { clients: 5, messages: 40, restarts: 1, seed: 2, headersOf: () => COMPRESSED.offer })
  })
})

describe('a WebSocket that has moved', () => {
  it('has its state, and the original request', async () => {
    const server = await startWs()
    const client = await WebSocketClient.open(server.target(), { path: '/chat?room=1' })
    client.send('a')
    await client.waitFor(1)
    await restartAndLeave(server)
    client.send('b')
    expect(await client.waitFor(2)).toEqual(['1 1 a', '2 2 b'])
    expect(eventsOf(server, 'close')).toEqual([])
  })

  it('sends what the old process sends late, through a chain of restarts, and tells it the end of each call', async () => {
    const server = await startWs({ env: { ANSWERS_WITHIN: '6000' } })
    const [client, ...others] = await openClients(server, 3)
    client?.send('late 2500 first')
    client?.send('late 2500 second')
    client?.send('lateBytes 2500')
    await server.restart()
    await server.waitForLog(/"event":"moved","by":1/)
    await server.restart()
    await server.waitForLog(/"event":"moved","by":2/)
    expect(await client?.waitFor(3)).toEqual(['first', 'second', 'blob '])
    await until(() => eventsOf(server, 'late').length >= 2, 'the callbacks')
    expect(eventsOf(server, 'late')).toEqual([
      { event: 'late', by: 1 },
      { event: 'late', by: 1 },
    ])
    expect(others.map(({ end }) => end)).toEqual([undefined, undefined])
  })
})
