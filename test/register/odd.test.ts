import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { hold } from '../faults/stage/held.ts'
import { expectLossless } from '../restart/lossless.ts'
import { startRegistered } from './start.ts'

it.each([
  'replaces the timers',
  'puts a frozen copy in place of its environment',
  'takes all listeners to signals away',
  'asks where it listens',
  'ends what its handlers need when its server has closed',
])('loses nothing of an application that %s, neither in a restart nor at the end', async (odd) => {
  const server = await startRegistered('register/odd.cjs', { env: { ODD: odd } })
  await expectLossless(server, 2)

  const held = await hold(server.target())
  const { pid } = server.latest
  server.signal('SIGTERM')
  await server.waitForLog(/shutting down/)
  await held.finish()
  expect(await server.waitForExit(pid)).toBe(0)
})

// The second generation drains while it has no connection, and then gets those that the first one still answers.
it.each(['asks where it listens', 'ends what its handlers need when its server has closed'])(
  'loses nothing of an application that %s, while two generations drain',
  async (odd) => {
    const server = await startRegistered('register/odd.cjs', { env: { ODD: odd } })
    const load = startLoad({
      target: server.target(),
      workers: [{ kind: 'slow', connections: 60, ms: 600, thinkTime: [0, 3] }],
    })
    try {
      await load.waitFor(({ ok }) => ok > 60)
      for (let restarts = 0; restarts < 3; restarts++) await server.restart()
      await load.waitFor(({ ok }) => ok > 300)
    } finally {
      await load.stop()
    }
    expect(load.stats().firstFailures).toEqual([])
  },
)
