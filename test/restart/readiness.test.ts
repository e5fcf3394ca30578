import { expect, it } from 'vitest'
import { isAlive, startServer } from '../support/index.ts'
import { toldBy, waitForEvent } from './events.ts'
import { generationAt } from './get.ts'

it('with manual readiness, commits when the successor says that it is ready, and not before', async () => {
  const server = await startServer('events', { options: { readiness: 'manual' } })
  server.signal('SIGHUP')
  await waitForEvent(server, 1, 'ready')

  // It listens; it could serve; but it has not said so.
  const successor = await server.restart()
  expect(toldBy(server).map(({ name }) => name)).not.toContain('probation')
  expect(isAlive(server.pid)).toBe(true)

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
