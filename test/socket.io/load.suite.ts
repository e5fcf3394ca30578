import { expect, it } from 'vitest'
import { eventsOf } from '../support/index.ts'
import { converse } from './stage/conversation.ts'
import { VERSIONS, startChat } from './stage/server.ts'

const CLIENTS = 500
const RESTARTS = 50

/** A message with its acknowledgement goes each way every so often: 10 packets a second each way. ms */
const PAUSE = 200

it.each(VERSIONS)(
  `${CLIENTS} clients of %s, 10 packets a second each way, broadcasts, ${RESTARTS} restarts`,
  async (version) => {
    const server = await startChat({
      version,
      tick: 1000,
      ask: PAUSE,
      options: { drainTimeout: 60_000 },
      env: { ANSWERS_WITHIN: '3000' },
    })
    const told = await converse(server, {
      namespaces: ['/'],
      clients: CLIENTS,
      restarts: RESTARTS,
      pause: PAUSE,
    })
    const moves = eventsOf(server, 'moved').length
    console.log(`${version}: ${JSON.stringify(told)}, ${moves} moves in ${RESTARTS} restarts`)
    expect(moves).toBe(CLIENTS * RESTARTS)
  },
)
