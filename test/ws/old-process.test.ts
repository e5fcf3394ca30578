import { expect, it } from 'vitest'
import { eventsOf, restartAndLeave } from '../support/index.ts'
import { WebSocketClient } from './stage/client.ts'
import { startWs } from './stage/server.ts'

/** The application of the old process goes on with a WebSocket that has moved. */
async function moved(ask: string, push?: number) {
  const server = await startWs({ ...(push !== undefined && { push }), env: { ANSWERS_WITHIN: '3000' } })
  const client = await WebSocketClient.open(server.target())
  client.send(ask)
  await server.restart()
  await server.waitForLog(/"event":"moved","by":1/)
  return { server, client }
}

it('a heart-beat of the old process goes on: the answer to its ping comes back to it', async () => {
  const { server } = await moved('latePing')
  await server.waitForLog(/"event":"pong","by":1,"data":"are you there\?"/)
})

it('a message that the old process sends in fragments stays whole, though the new one sends as well', async () => {
  const { client } = await moved('lateFragments', 5)
  await client.until(() => client.texts.includes('abc'), 'the message')
  expect([client.end, client.texts.some((text) => text.startsWith('push 2 '))]).toEqual([undefined, true])
})

it('what the old process closes is closed, with its code, and it is told', async () => {
  const { server, client } = await moved('lateClose')
  expect((await client.closed()).code).toBe(4321)
  await server.waitForLog(/"event":"close","by":1,"code":4321/)
  expect(
    eventsOf(server, 'close')
      .map(({ by }) => by)
      .toSorted(),
  ).toEqual([1, 2])
})

it('what the old process terminates ends', async () => {
  const { client } = await moved('lateTerminate')
  expect((await client.closed()).code).toBe(1006)
})

it('what closes in the new process alone is no news to the old one', async () => {
  const { server, client } = await moved('a')
  client.destroy()
  await server.waitForLog(/"event":"close","by":2/)
  await server.waitForExit()
  expect(eventsOf(server, 'close').map(({ by }) => by)).toEqual([2])
})

it('its shutdown hooks close no WebSocket that has moved, and the server of ws closes', async () => {
  const server = await startWs({ generations: { 1: { closeInHook: true } } })
  const client = await WebSocketClient.open(server.target())
  await restartAndLeave(server)
  expect(eventsOf(server).filter(({ event }) => event.startsWith('hook'))).toEqual([
    { event: 'hook', by: 1, clients: 0 },
    { event: 'hook over', by: 1 },
  ])
  client.send('a')
  expect(await client.waitFor(1)).toEqual(['2 1 a'])
})
