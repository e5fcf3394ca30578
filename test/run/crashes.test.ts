import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { isAlive, tempDir, until } from '../support/index.ts'
import { startSupervised } from './stage/supervised.ts'

describe('a worker that is killed', () => {
  it('is replaced, and meanwhile nobody is refused', async () => {
    const { server, workers } = await startSupervised('register/http.mjs', { slots: 1 })
    const load = startLoad({ target: server.target(), workers: [{ kind: 'fresh', connections: 3, thinkTime: 5 }] })
    cleanUp(() => load.stop(0))
    await load.waitFor(({ ok }) => ok > 20)
    for (let times = 1; times <= 2; times += 1) {
      const [victim = 0] = workers()
      process.kill(victim, 'SIGKILL')
      await server.waitForAnnouncement(times)
      const { ok } = load.stats()
      await load.waitFor((stats) => stats.ok > ok + 20)
    }
    const { failures } = await load.stop()
    // What it had in flight is lost: no more than the connections that were open then.
    expect(Object.keys(failures).filter((reason) => /refused/.test(reason))).toEqual([])
    expect(Object.values(failures).reduce((sum, count) => sum + Number(count), 0)).toBeLessThanOrEqual(2 * 3)
  })

  it('leaves the other slots alone', async () => {
    const { server, workers } = await startSupervised('register/http.mjs', { slots: 2 })
    const [victim = 0, other = 0] = workers()
    process.kill(victim, 'SIGKILL')
    const { pid } = await server.waitForAnnouncement(2)
    expect(workers()).toEqual([other, pid])
  })
})

it('a worker that is killed while another slot restarts is replaced, and its slot restarts in its turn', async () => {
  const { server, workers, roll } = await startSupervised('register/http.mjs', {
    slots: 2,
    flags: ['--probation', '1000'],
  })
  const [, victim = 0] = workers()
  const rolled = roll()
  await server.waitForAnnouncement(2)
  process.kill(victim, 'SIGKILL')
  expect(await rolled).toBe('restarted 2 slots')
  await until(
    () => workers().length === 2,
    () => `two workers. ${server.output}`,
  )
  expect(server.announcements).toHaveLength(5)
})

describe('a program that ends', () => {
  it('at its first start ends the supervisor, with its exit code', async () => {
    const program = join(await tempDir(), 'ends.mjs')
    await writeFile(program, 'process.exit(7)')
    const { server } = await startSupervised(program, { slots: 3, ready: false })
    expect(await server.waitForExit()).toBe(7)
    await server.waitForLog(/slot 1 exited with code 7 before it served: giving up/)
  })

  it('again and again ends the supervisor, when it is too often', async () => {
    const { server, workers } = await startSupervised('register/http.mjs', {
      slots: 1,
      flags: ['--crash-limit', '3/60s'],
    })
    for (let times = 1; times <= 3; times += 1) {
      const [victim = 0] = workers()
      process.kill(victim, 'SIGKILL')
      if (times < 3) await server.waitForAnnouncement(times)
    }
    expect(await server.waitForExit()).toBe(1)
    await server.waitForLog(/slot 1 was ended by SIGKILL, too often \(crashLimit\): giving up/)
  })
})

describe('the supervisor', () => {
  it('that is killed takes its workers along: they drain, and no port is held', async () => {
    const { server, workers } = await startSupervised('register/http.mjs', { slots: 2 })
    const pids = workers()
    process.kill(server.pid, 'SIGKILL')
    await server.waitForLog(/the supervisor has gone; this process drains and ends/)
    await until(
      () => !pids.some(isAlive),
      () => `the end of ${pids.join()}. ${server.output}`,
    )
    expect(server.alive()).toEqual([])
  })

  it('that is interrupted twice ends at once', async () => {
    const { server } = await startSupervised('register/http.mjs', { slots: 2 })
    server.signal('SIGINT', server.pid)
    server.signal('SIGINT', server.pid)
    expect([0, 130]).toContain(await server.waitForExit())
    expect(server.alive()).toEqual([])
  })
})
