import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { settled } from '../restart/settle.ts'
import type { ServerProcess } from '../support/index.ts'
import { freePort } from '../support/index.ts'
import { startRegistered } from './start.ts'

const start = async (how: string, host = '', env: Record<string, string> = {}): Promise<ServerProcess> =>
  startRegistered('register/looks-for-port.cjs', {
    env: { HOW: how, PORT: String(await freePort()), ...(host === '' ? {} : { HOST: host }), ...env },
  })

it.each([
  ['get-port', ''],
  ['detect-port', '127.0.0.1'],
  ['vite', 'localhost'],
])('a program that looks for a free port in the way of %s, for "%s", keeps its port', async (how, host) => {
  const server = await start(how, host)
  const { listening } = server.latest
  const load = startLoad({ target: server.target(), workers: [{ kind: 'fresh' }, { kind: 'keepAlive' }] })
  for (let restarts = 0; restarts < 2; restarts += 1) {
    const { pid, listening: now } = await server.restart()
    expect(now).toEqual(listening)
    await load.waitFor(({ generations }) => (generations[pid] ?? 0) > 10)
  }
  await settled(server)
  expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0, firstFailures: [] })
  // Of the looking nothing is said.
  expect(server.output.lines.filter((line) => line.includes('listens on'))).toHaveLength(3)
})

it.each([
  ['tcp-port-used', /is leaving .* before it was ready/, {}],
  // That may be a tool's server, and the program's own may still come.
  ['serve', /was not ready within 4000 ms/, { ZERODOWN_READY_TIMEOUT: '4000' }],
])(
  'a program that takes another port, since it finds its own in use as %s does, does not take the place of one that serves',
  async (how, reason, env) => {
    const server = await start(how, '127.0.0.1', env)
    const target = server.target()
    server.signal('SIGUSR2')
    const [failed] = await server.waitForLog(/error: the restart failed: .*/)
    expect(failed).toMatch(reason)
    expect(failed).toMatch(/It said: it listens on tcp:127.* in place of tcp:127.*--strictPort/)
    expect(server.alive()).toEqual([server.pid])
    expect(await getJson(target)).toEqual({ pid: server.pid })
  },
)
