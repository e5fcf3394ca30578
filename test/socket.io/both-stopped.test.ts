import { expect, it } from 'vitest'
import { MOMENTS, stopBoth } from '../kinds/stage/stop-both.ts'
import { eventsOf } from '../support/index.ts'
import { converse } from './stage/conversation.ts'
import { startChat } from './stage/server.ts'

it('clients whose processes are both stopped in the middle of their moves lose nothing when those go on', async () => {
  const options = { probation: 0, drainTimeout: 20_000 }
  const server = await startChat({ tick: 20, ask: 50, options, env: { ANSWERS_WITHIN: '2000' } })
  let time = 0
  const counted = await converse(server, {
    clients: 20,
    restarts: MOMENTS.length,
    restart: (one) => stopBoth(one, time++),
  })
  expect(counted.questions).toBeGreaterThan(0)
  expect(eventsOf(server, 'moved')).toHaveLength(2 * 20 * MOMENTS.length)
})
