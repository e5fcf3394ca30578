import { describe, it } from 'vitest'
import { converse } from './stage/conversation.ts'
import { COMPRESSED, VERSIONS, startWs } from './stage/server.ts'

describe.each(VERSIONS)('WebSockets of %s', (ws) => {
  it('stay open through restarts, and no message is lost, doubled or out of order, at whatever bytes it is cut', async () => {
    const server = await startWs({ ws, push: 100 })
    const told = await converse(server, { clients: 50, messages: 100, restarts: 5, seed: 11, pause: 200 })
    console.log(`${ws}: ${JSON.stringify(told)}`)
  })

  it('move with their compression, where it needs nothing of what was before', async () => {
    const server = await startWs({ ws, push: 100, wsOptions: COMPRESSED.wsOptions })
    const told = await converse(server, {
      clients: 30,
      messages: 60,
      restarts: 5,
      seed: 12,
      pause: 200,
      headersOf: () => COMPRESSED.offer,
    })
    console.log(`${ws}, compressed: ${JSON.stringify(told)}`)
  })
})
