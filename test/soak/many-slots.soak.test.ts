import { readFileSync } from 'node:fs'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import { cleanUp } from '../support/clean-up.ts'
import { countFds, until } from '../support/index.ts'

const SLOTS = 64

/** MB */
const residentSetOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

it(`${SLOTS} slots start, restart under load and end; the supervisor stays small`, async () => {
  const { server, workers } = await startSupervised('register/http.mjs', { slots: SLOTS, ready: false })
  await server.waitForLog(/64 workers serve/, { timeout: 5 * 60_000 })
  const sizes = (): { fds: number; size: number } => ({ fds: countFds(server.pid), size: residentSetOf(server.pid) })
  const before = sizes()
  const load = startLoad({
    target: server.target(),
    workers: [
      { kind: 'keepAlive', connections: 4, thinkTime: 20 },
      { kind: 'fresh', thinkTime: 20 },
    ],
    maxDuration: 20 * 60_000,
  })
  cleanUp(() => load.stop(0))
  server.signal('SIGUSR2', server.pid)
  await server.waitForLog(/restarted 64 slots/, { timeout: 10 * 60_000 })
  expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0 })
  await until(() => workers().length === SLOTS, 'the end of those that were restarted', 60_000)
  const after = sizes()
  console.log(`${SLOTS} slots: ${JSON.stringify({ before, after })}`)
  expect(after.fds).toBeLessThanOrEqual(before.fds)
  expect(after.fds).toBeLessThan(30 + 4 * SLOTS)
  expect(after.size).toBeLessThan(200)
  server.signal('SIGTERM', server.pid)
  expect(await server.waitForExit(server.pid, 60_000)).toBe(0)
  expect(server.alive()).toEqual([])
})
