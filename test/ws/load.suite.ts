import { expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, restartAndLeave } from '../support/index.ts'
import type { Conversation } from './stage/conversation.ts'
import { converse } from './stage/conversation.ts'
import { COMPRESSED, VERSIONS, startWs } from './stage/server.ts'

const CLIENTS = 500
const RESTARTS = 50

const { wsOptions, offer } = COMPRESSED
const options = { drainTimeout: 60_000 }

/** Every second client compresses what it sends, and gets it compressed. */
const load: Omit<Conversation, 'restarts'> = {
  clients: CLIENTS,
  messages: 1,
  seed: 21,
  // From 0 to 200 ms: 100 ms on average.
  pause: 200,
  longOneOf: 1000,
  patience: 120_000,
  headersOf: (client) => (client % 2 === 0 ? {} : offer),
}

async function expectMoves(what: string, server: ServerProcess, conversation: Conversation): Promise<void> {
  const told = await converse(server, conversation)
  const moves = eventsOf(server, 'drained').reduce((sum, { handedOver }) => sum + Number(handedOver), 0)
  console.log(`${what}: ${JSON.stringify(told)}, ${moves} moves in ${conversation.restarts} restarts`)
  expect(moves).toBe(CLIENTS * conversation.restarts)
}

it.each(VERSIONS)(`${CLIENTS} WebSockets of %s, 10 messages a second each way, ${RESTARTS} restarts`, async (ws) => {
  const server = await startWs({ ws, wsOptions, push: 100, options })
  await expectMoves(ws, server, {
    ...load,
    restarts: RESTARTS,
    restart: (one) => restartAndLeave(one, { starts: 120_000, leaves: 120_000 }),
  })
})

it(`${CLIENTS} WebSockets in the slots of \`zerodown run -w 2\`, 10 messages a second each way, 10 restarts`, async () => {
  const env = { WS_OPTIONS: wsOptions, PUSH: 100 }
  const { server, target, rollAndLeave } = await startSupervised('ws.mjs', { env, options })
  await expectMoves('two slots', server, { ...load, restarts: 10, target: target(), restart: rollAndLeave })
})
