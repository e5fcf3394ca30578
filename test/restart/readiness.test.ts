import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { startServer } from '../support/index.ts'
import { toldBy, waitForEvent } from './events.ts'
import { generationAt } from './get.ts'

it('with manual readiness, commits when the successor says that it is ready, and not before', async () => {
  const server = await startServer('events', { options: { readiness: 'manual' } })
  server.signal('SIGHUP')
  await waitForEvent(server, 1, 'ready')

  // It listens, and even serves; but it has not said that it is ready, so the predecessor serves on.
  const successor = await server.restart()
  const load = startLoad({ target: server.target(), workers: [{ kind: 'fresh', connections: 2 }] })
  await load.waitFor(({ generations }) => (generations['2'] ?? 0) >= 20, 30_000)
  const before = load.stats().generations['1'] ?? 0
  await load.waitFor(({ generations }) => (generations['1'] ?? 0) >= before + 20, 30_000)
  expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })
  expect(toldBy(server).map(({ name }) => name)).not.toContain('probation')

  server.signal('SIGHUP', successor.pid)
  expect(await waitForEvent(server, 1, 'committed')).toMatchObject({ message: { pid: successor.pid, generation: 2 } })
  await server.waitForExit()
  expect(await generationAt(server.target())).toBe(2)
})

it('with manual readiness, refuses to restart before it is ready, and says what it waits for', async () => {
  const server = await startServer('control', { options: { readiness: 'manual' } })
  server.signal('SIGUSR2')
  await server.waitForLog(/SIGUSR2: cannot restart before .* ready.*zerodown\.ready\(\)/)
  expect(await generationAt(server.target())).toBe(1)
})
