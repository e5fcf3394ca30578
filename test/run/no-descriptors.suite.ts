import { execFileSync, spawnSync } from 'node:child_process'
import { get } from 'node:http'
import type { Target } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { until } from '../support/index.ts'
import { startSupervised } from './stage/supervised.ts'

const LOAD = [
  { kind: 'keepAlive', connections: 4, thinkTime: 5 },
  { kind: 'fresh', connections: 2, thinkTime: 5 },
] as const

/** With as many as it has or fewer, a process can open nothing more: prlimit(2). */
const allow = (pid: number, descriptors: number): void =>
  void execFileSync('prlimit', ['--pid', String(pid), `--nofile=${descriptors}:`])

const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0

it.runIf(hasPrlimit)(
  'a supervisor out of descriptors cannot restart, says so, and can again when there are some',
  async () => {
    const { server, workers, roll } = await startSupervised('register/http.mjs', { slots: 2 })
    const before = workers()
    const load = startLoad({ target: server.target(), workers: LOAD })
    cleanUp(() => load.stop(0))
    await load.waitFor(({ ok }) => ok > 50)
    allow(server.pid, 8)
    expect(await roll()).toMatch(
      /^the restart stopped at slot 1 of 2: the restart failed: could not start \S+ \(spawn \S+ EMFILE\)\. .* All slots serve on as before\.$/,
    )
    expect(workers()).toEqual(before)
    allow(server.pid, 1024)
    expect(await roll()).toBe('restarted 2 slots')
    expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0 })
  },
)

it.runIf(hasPrlimit)(
  'a worker that crashes meanwhile is replaced when there are some, and the other slot serves on',
  async () => {
    const { server, workers } = await startSupervised('register/http.mjs', {
      slots: 2,
      flags: ['--crash-limit', '3/60s'],
    })
    const [victim = 0, other] = workers()
    allow(server.pid, 8)
    process.kill(victim, 'SIGKILL')
    let from = 0
    for (let times = 0; times < 4; times += 1) {
      await server.waitForLog(/slot 1: could not start a process \(spawn \S+ EMFILE\)/, { from })
      from = server.output.lines.findLastIndex((line) => line.includes('EMFILE')) + 1
    }
    expect(workers()).toEqual([other])
    allow(server.pid, 1024)
    const { pid } = await server.waitForAnnouncement(2)
    await until(() => workers().length === 2, 'two workers')
    expect(workers()).toEqual([other, pid])
  },
)

/** One request on a connection of its own. @returns `answered`, or the code of what went wrong */
async function ask(target: Target, localAddress: string): Promise<string | undefined> {
  const request = get({ ...target, localAddress, agent: false })
  return new Promise((resolve) => {
    request.once('response', (answer) => answer.resume().once('end', () => resolve('answered')))
    request.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
  })
}

it.runIf(hasPrlimit)(
  'with --sticky a supervisor out of descriptors loses what moves to another slot, and nothing else, and no client hangs',
  async () => {
    const { server, target } = await startSupervised('register/http.mjs', { slots: 2, flags: ['--sticky'] })
    const all = async (): Promise<Set<unknown>> =>
      new Set(await Promise.all(Array.from({ length: 40 }, (_, at) => ask(target(), `127.0.0.${at + 1}`))))
    expect(await all()).toEqual(new Set(['answered']))
    allow(server.pid, 8)
    expect(await all()).toEqual(new Set(['answered', 'ECONNRESET']))
    allow(server.pid, 1024)
    expect(await all()).toEqual(new Set(['answered']))
  },
)
