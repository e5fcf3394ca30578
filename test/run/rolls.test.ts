import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { MIXED } from '../../packages/adapter-suite/src/mixed-load.ts'
import { cleanUp } from '../support/clean-up.ts'
import { tempDir, until } from '../support/index.ts'
import { startSupervised } from './stage/supervised.ts'

it.each([
  ['over TCP, in several slots', 3, () => '127.0.0.1:0'],
  ['over TCP, in one slot', 1, () => '127.0.0.1:0'],
  ['over a unix socket', 2, async () => `unix:${await tempDir()}/app.sock`],
])('%s, restarts lose nothing and reopen nothing', async (_, slots, address) => {
  const { server, workers, roll } = await startSupervised('register/http.mjs', { slots, address: await address() })
  const load = startLoad({ target: server.target(), workers: MIXED })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 100)
  for (let times = 0; times < 2; times += 1) {
    expect(await roll()).toBe(slots === 1 ? 'restarted 1 slot' : `restarted ${slots} slots`)
    const { ok } = load.stats()
    await load.waitFor((stats) => stats.ok > ok + 50)
  }
  const { failed, reopened, firstFailures } = await load.stop()
  expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })

  await until(
    () => workers().length === slots,
    () => `the end of those that were restarted. ${server.output}`,
  )
  expect(server.orphans([server.pid, ...workers()])).toEqual([])
  server.signal('SIGTERM', server.pid)
  expect(await server.waitForExit()).toBe(0)
  expect(server.alive()).toEqual([])
})

it('a trigger during a restart is followed by exactly one more, however many there are', async () => {
  const { server, roll } = await startSupervised('register/http.mjs', { slots: 2 })
  server.signal('SIGUSR2', server.pid)
  await server.waitForLog(/restarting: generation 2/)
  for (let times = 0; times < 3; times += 1) server.signal('SIGUSR2', server.pid)
  await server.waitForAnnouncement(5)
  expect(await roll()).toBe('restarted 2 slots')
  await server.waitForAnnouncement(7)
  expect(server.announcements).toHaveLength(8)
})
