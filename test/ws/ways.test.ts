import { describe, expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import { restartAndLeave } from '../support/index.ts'
import { WebSocketClient } from './stage/client.ts'
import { converse } from './stage/conversation.ts'
import { startWs } from './stage/server.ts'

const WAYS = [
  ['noServer, with a check that takes its time', 'noServer', '/', 'one '],
  ['a second server of ws on the same HTTP server', 'noServer', '/other', 'other '],
  ['express-ws, which changes the url and brings ws 7', 'express-ws', '/chat', 'express '],
  ['@fastify/websocket', 'fastify', '/chat', 'fastify '],
  ['Koa', 'koa', '/', ''],
  ['a gateway of Nest', 'nest', '/', 'nest '],
] as const

describe('WebSockets stay open through a restart with', () => {
  it.each(WAYS)('%s', async (_, mode, path, prefix) => {
    const server = await startWs({ mode, push: 50 })
    await converse(server, { clients: 4, messages: 25, restarts: 1, seed: 3, path, prefix })
  })

  it('zerodown run, in two slots', async () => {
    const supervised = await startSupervised('ws.mjs', { env: { PUSH: 50 } })
    await converse(supervised.server, {
      clients: 8,
      messages: 25,
      restarts: 1,
      seed: 4,
      target: supervised.target(),
      restart: supervised.rollAndLeave,
    })
  })
})

it('an upgrade for which the application has no listener is a request as ever', async () => {
  const server = await startWs({ generations: { 1: { noWebSockets: true } } })
  await expect(WebSocketClient.open(server.target())).rejects.toThrow(/not upgraded: HTTP\/1.1 200/)
})

it('WebSockets are closed where the new release has none', async () => {
  const server = await startWs({ options: { drainTimeout: 3000 }, generations: { 2: { noWebSockets: true } } })
  const client = await WebSocketClient.open(server.target())
  await restartAndLeave(server)
  expect((await client.closed()).code).toBe(1012)
})
