import { readFileSync } from 'node:fs'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { MIXED } from '../../packages/adapter-suite/src/mixed-load.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import { cleanUp } from '../support/clean-up.ts'
import { countFds, until } from '../support/index.ts'

const ROLLS = Number(process.env['ZERODOWN_TEST_RUNS'] ?? 100)
const KILLS = Number(process.env['ZERODOWN_TEST_RUNS'] ?? 60)

/** kB */
const residentSetOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

describe.each([
  ['Express, registered', 'register/express.cjs'],
  ['Fastify', 'fastify.mjs'],
])('%s, in four slots', (name, program) => {
  it(`restarts ${ROLLS} times under mixed load: no request fails, no connection is opened again, nothing is left`, async () => {
    const { server, workers, roll } = await startSupervised(program, { slots: 4 })
    const load = startLoad({ target: server.target(), workers: MIXED, maxDuration: 25 * 60_000 })
    cleanUp(() => load.stop(0))
    await load.waitFor(({ ok }) => ok > 100)
    const alone = async (): Promise<void> => {
      await until(
        () => workers().length === 4,
        () => `the end of those that were restarted. ${server.output}`,
        60_000,
      )
    }
    expect(await roll()).toBe('restarted 4 slots')
    await alone()
    const first = { fds: countFds(server.pid), size: residentSetOf(server.pid) }
    for (let times = 1; times < ROLLS; times += 1) expect(await roll()).toBe('restarted 4 slots')
    await alone()
    const last = { fds: countFds(server.pid), size: residentSetOf(server.pid) }
    const { requests, failed, reopened, firstFailures } = await load.stop()
    console.log(
      `${name}: ${ROLLS} rolls, ${requests} requests, ${failed} failed, ${reopened} reopened, ${JSON.stringify({ first, last })}`,
    )
    expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
    expect(last.fds).toBeLessThanOrEqual(first.fds)
    // It may have grown by what V8 keeps, not by what each roll leaves.
    expect(last.size - first.size).toBeLessThan(30_000)
    expect(server.orphans([server.pid, ...workers()])).toEqual([])
  })
})

it(`a worker is killed ${KILLS} times, in two slots: nobody is refused`, async () => {
  const { server, workers } = await startSupervised('register/http.mjs', { slots: 2, flags: ['--crash-limit', 'none'] })
  const load = startLoad({
    target: server.target(),
    workers: [{ kind: 'fresh', connections: 6, thinkTime: 5 }],
    maxDuration: 10 * 60_000,
  })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 50)
  for (let times = 1; times <= KILLS; times += 1) {
    const alive = workers()
    process.kill(alive[Math.floor(Math.random() * alive.length)] ?? 0, 'SIGKILL')
    const { ok } = load.stats()
    await Promise.all([
      new Promise((resolve) => setTimeout(resolve, 1000)),
      load.waitFor((stats) => stats.ok > ok + 20),
    ])
    await until(
      () => workers().length > 0,
      () => `a worker. ${server.output}`,
    )
  }
  const { requests, failures } = await load.stop()
  const lost = Object.values(failures).reduce((sum, count) => sum + Number(count), 0)
  console.log(`${KILLS} kills, ${requests} requests, ${lost} lost: ${JSON.stringify(failures)}`)
  expect(Object.keys(failures).filter((reason) => reason.includes('refused'))).toEqual([])
  // No more than were in flight then.
  expect(lost).toBeLessThanOrEqual(KILLS * 6)
})
