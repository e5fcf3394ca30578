import { describe, expect, it } from 'vitest'
import { restartAndLeave, startServer } from '../support/index.ts'
import { WebSocketClient } from './stage/client.ts'

const WARNING = /zerodown\.ws\(\): .* \{ port \} .* zerodown\/register/

describe('a server of ws that listens by itself ({ port })', () => {
  it('is told that it cannot restart, and what to do', async () => {
    const server = await startServer('ws-port')
    const client = await WebSocketClient.open(server.target())
    client.send('a')
    expect(await client.waitFor(1)).toEqual(['1 a'])
    await server.waitForLog(WARNING)
  })

  it('cannot be attached once it was told to listen, and the error says what to do', async () => {
    const server = await startServer('ws-port', { env: { ATTACH: 1 }, ready: false })
    expect(await server.waitForExit()).toBe(1)
    await server.waitForLog(/ERR_ZERODOWN_ALREADY_LISTENING/)
    await server.waitForLog(/told to listen before.* zerodown\/register/)
  })

  it('restarts with zerodown/register, and its WebSockets move', async () => {
    const server = await startServer('ws-port', {
      nodeArgs: ['--import', 'zerodown/register'],
      env: { ZERODOWN_PROBATION: '0' },
    })
    const client = await WebSocketClient.open(server.target())
    client.send('a')
    expect(await client.waitFor(1)).toEqual(['1 a'])
    await restartAndLeave(server)
    client.send('b')
    expect(await client.waitFor(2)).toEqual(['1 a', '2 b'])
    expect(server.output.toString()).not.toMatch(WARNING)
  })
})
