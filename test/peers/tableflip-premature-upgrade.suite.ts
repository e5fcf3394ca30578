import { expect, it } from 'vitest'
import { waitForEvent } from '../restart/events.ts'
import { startServer } from '../support/index.ts'

it('refuses to upgrade before it is ready, and upgrades once it is', async () => {
  const server = await startServer('events', { options: { readiness: 'manual' } })
  server.signal('SIGUSR2')
  await server.waitForLog(/SIGUSR2: cannot restart/)
  expect(server.alive()).toEqual([server.pid])

  server.signal('SIGHUP')
  await waitForEvent(server, 1, 'ready')
  const successor = await server.restart()
  server.signal('SIGHUP', successor.pid)
  expect(await waitForEvent(server, 1, 'committed')).toMatchObject({ message: { pid: successor.pid, generation: 2 } })
})
