import { describe, it } from 'vitest'
import { converse } from './stage/conversation.ts'
import { VERSIONS, startWs } from './stage/server.ts'

const NO_TAKEOVER = { perMessageDeflate: { clientNoContextTakeover: true, threshold: 0 } }
const OFFER = { 'sec-websocket-extensions': 'permessage-deflate; client_no_context_takeover' }

describe.each(VERSIONS)('WebSockets of %s', (ws) => {
  it('stay open through restarts, and no message is lost, doubled or out of order, at whatever bytes it is cut', async () => {
    const server = await startWs({ ws, push: 100 })
    const told = await converse(server, { clients: 50, messages: 100, restarts: 5, seed: 11, pause: 200 })
    console.log(`${ws}: ${JSON.stringify(told)}`)
  })

  it('move with their compression, where it needs nothing of what was before', async () => {
    const server = await startWs({ ws, push: 100, wsOptions: NO_TAKEOVER })
    const told = await converse(server, {
      clients: 30,
      messages: 60,
      restarts: 5,
      seed: 12,
      pause: 200,
      headers: OFFER,
    })
    console.log(`${ws}, compressed: ${JSON.stringify(told)}`)
  })
})
