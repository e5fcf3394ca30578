import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { activatedBy } from '../restart/activate.ts'
import { cleanUp } from '../support/clean-up.ts'
import { until } from '../support/index.ts'
import { startSupervised } from './stage/supervised.ts'

/** How long a process may take until it serves, on a busy machine. ms */
const START = 40_000

it.each([
  ['by its name', 'http.mjs', 'systemd:http'],
  ['whichever port it asks for', 'register/http.mjs', '127.0.0.1:80'],
])('the workers share the socket that a service manager has bound: %s', async (_, program, address) => {
  const { server, target, workers } = await startSupervised(program, {
    ...activatedBy({ name: 'http' }),
    address,
  })
  const [, supervisor = ''] = await server.waitForLog(/^zerodown\[(\d+)\] 2 workers serve$/)
  const bound = server.announcements[0]?.listening
  const load = startLoad({
    target: target(),
    workers: [{ kind: 'keepAlive', connections: 8, thinkTime: [0, 10] }],
  })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 20)

  server.signal('SIGUSR2', Number(supervisor))
  await server.waitForLog(/restarted 2 slots/, { timeout: 60_000 })
  await until(() => workers().length === 2, 'the end of the old ones')
  expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0 })

  // In place of one that has crashed, another one gets it.
  const [crashes] = workers() as [number]
  server.signal('SIGKILL', crashes)
  await until(() => server.announcements.length === 5, 'another one', START)
  expect(server.announcements.map(({ listening }) => listening)).toEqual(Array(5).fill(bound))
  server.signal('SIGTERM', Number(supervisor))
  await server.waitForExit()
})
