import { expect, it } from 'vitest'
import { eventsOf, restartAndLeave } from '../support/index.ts'
import { converse } from './stage/conversation.ts'
import { VERSIONS, startWs } from './stage/server.ts'

const CLIENTS = 500
const RESTARTS = 50

it.each(VERSIONS)(`${CLIENTS} WebSockets of %s, 10 messages a second each way, ${RESTARTS} restarts`, async (ws) => {
  const server = await startWs({ ws, push: 100, options: { drainTimeout: 60_000 } })
  const told = await converse(server, {
    clients: CLIENTS,
    messages: 1,
    restarts: RESTARTS,
    seed: 21,
    // From 0 to 200 ms: 100 ms on average.
    pause: 200,
    longOneOf: 1000,
    patience: 120_000,
    restart: (one) => restartAndLeave(one, { starts: 120_000, leaves: 120_000 }),
  })
  const moves = eventsOf(server, 'drained').reduce((sum, { handedOver }) => sum + Number(handedOver), 0)
  console.log(`${ws}: ${JSON.stringify(told)}, ${moves} moves in ${RESTARTS} restarts`)
  expect(moves).toBe(CLIENTS * RESTARTS)
})
