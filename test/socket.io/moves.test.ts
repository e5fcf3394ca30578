import { describe, expect, it } from 'vitest'
import { converse } from './stage/conversation.ts'
import { startChat } from './stage/server.ts'

/** The oldest and the newest; test:socket.io runs others. */
const VERSIONS = ['socket.io-4.6', 'socket.io']

describe.each(VERSIONS)('clients of %s', (version) => {
  it('stay connected through restarts, and no message, acknowledgement or broadcast is lost, doubled or out of order', async () => {
    const server = await startChat({ version, tick: 10, ask: 25 })
    const counted = await converse(server, { clients: 8, restarts: 1 })
    expect(counted.ticks).toBeGreaterThan(0)
  })
})
