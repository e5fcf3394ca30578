import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { startServer } from '../support/index.ts'
import { toldBy, waitForEvent } from './events.ts'

const LONG = 300_000

it('serves with both generations while the probation lasts', async () => {
  const server = await startServer('events', { options: { probation: LONG } })
  const load = startLoad({
    target: server.target(),
    workers: [
      { kind: 'fresh', connections: 4 },
      { kind: 'keepAlive', connections: 4, thinkTime: [0, 10] },
    ],
  })
  await load.waitFor(({ ok }) => ok > 100)

  server.signal('SIGUSR2')
  await waitForEvent(server, 1, 'probation')
  const before = load.stats().generations
  const both = ['1', '2']
  await load.waitFor(({ generations }) => both.every((g) => (generations[g] ?? 0) >= (before[g] ?? 0) + 20), 30_000)
  expect(toldBy(server).map(({ name }) => name)).not.toContain('committed')
  expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })
})

it('commits when the probation is over, and not before', async () => {
  const probation = 700
  const server = await startServer('events', { options: { probation } })
  server.signal('SIGUSR2')
  const begun = await waitForEvent(server, 1, 'probation')
  expect(begun.message).toMatchObject({ generation: 2, duration: probation })
  const committed = await waitForEvent(server, 1, 'committed')
  // Node's timers may be early by a millisecond.
  expect(committed.at - begun.at).toBeGreaterThanOrEqual(probation - 2)
})
