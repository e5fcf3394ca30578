import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { startServer } from '../support/index.ts'
import { toldBy, waitForEvent } from './events.ts'
import { generationAt } from './get.ts'

it('with manual readiness, commits when the successor says that it is ready, and not before', async () => {
  const server = await startServer('events', { options: { readiness: 'manual' } })
  server.signal('SIGHUP')
  await waitForEvent(server, 1, 'ready')

  // It listens, but has not said that it is ready: only the predecessor accepts.
  const successor = await server.restart()
  const load = startLoad({ target: server.target(), workers: [{ kind: 'fresh', connections: 2 }] })
  await load.waitFor(({ ok }) => ok >= 500, 30_000)
  const { generations, ok } = load.stats()
  expect(generations).toEqual({ 1: ok })
  expect(toldBy(server).map(({ name }) => name)).not.toContain('probation')

  server.signal('SIGHUP', successor.pid)
  expect(await waitForEvent(server, 1, 'committed')).toMatchObject({ message: { pid: successor.pid, generation: 2 } })
  await server.waitForExit()
  expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })
  expect(await generationAt(server.target())).toBe(2)
})

it('a successor that never says that it is ready has answered nobody', async () => {
  const server = await startServer('events', { options: { readiness: 'manual', readyTimeout: 2000 } })
  server.signal('SIGHUP')
  await waitForEvent(server, 1, 'ready')
  const load = startLoad({ target: server.target(), workers: [{ kind: 'fresh', connections: 4 }] })
  await load.waitFor(({ ok }) => ok > 10, 30_000)
  const successor = await server.restart()
  await server.waitForExit(successor.pid)
  await waitForEvent(server, 1, 'rolledBack')

  const { failed, firstFailures, generations, ok } = await load.stop()
  expect({ failed, firstFailures, generations }).toEqual({ failed: 0, firstFailures: [], generations: { 1: ok } })
})

it('with manual readiness, refuses to restart before it is ready, and says what it waits for', async () => {
  const server = await startServer('control', { options: { readiness: 'manual' } })
  server.signal('SIGUSR2')
  await server.waitForLog(/SIGUSR2: cannot restart before .* ready.*zerodown\.ready\(\)/)
  expect(await generationAt(server.target())).toBe(1)
})
