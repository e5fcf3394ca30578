import { randomUUID } from 'node:crypto'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { startServer } from '../support/index.ts'

it('answers 50 requests over an abstract unix socket across a reload', async () => {
  const server = await startServer('http', { address: `unix:@zerodown-${randomUUID()}` })
  const load = startLoad({
    target: server.target(),
    workers: [{ kind: 'fresh', connections: 2, thinkTime: [0, 5] }],
  })
  await load.waitFor(({ ok }) => ok >= 25)
  await server.restart()
  expect(await server.waitForExit()).toBe(0)
  await load.waitFor(({ generations }) => (generations['2'] ?? 0) >= 25)
  expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })
})
