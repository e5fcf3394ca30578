import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { zerodown } from '../cli/command.ts'
import { copyOf, tempDir, until } from '../support/index.ts'
import type { SupervisedOptions } from './stage/supervised.ts'
import { startSupervised } from './stage/supervised.ts'

async function startKept(program = 'register/http.mjs', options: SupervisedOptions = {}) {
  const pidFile = join(await tempDir(), 'app.pid')
  const supervised = await startSupervised(program, {
    ...options,
    flags: ['--pid-file', pidFile, ...(options.flags ?? [])],
  })
  await until(() => exists(pidFile), 'its pid file')
  return { ...supervised, pidFile, reload: (...args: string[]) => zerodown(['reload', '--pid-file', pidFile, ...args]) }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Fails in the second slot from its second generation on. */
const FAILS = `import zerodown from 'zerodown'
import './http.mjs'
if (zerodown.worker.slot === 2 && zerodown.generation > 1) {
  console.error('no database')
  process.exit(3)
}
`

/** Never listens in the second slot from its second generation on. */
const HANGS = `import zerodown from 'zerodown'
if (zerodown.worker.slot === 2 && zerodown.generation > 1) {
  console.log('slot 2 begins')
  setInterval(() => {}, 60_000)
} else {
  await import('./http.mjs')
}
`

describe('zerodown reload --pid-file, under a supervisor', () => {
  it('waits until all slots have restarted, and prints each; the pid stays', async () => {
    const { server, workers, reload } = await startKept()
    const before = workers()
    const { code, stdout, stderr } = await reload()
    const [one, other] = server.announcements.slice(2)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        `slot 1: generation 2 (pid ${one?.pid}) is in charge`,
        `slot 2: generation 2 (pid ${other?.pid}) is in charge`,
      ]),
    )
    expect(stdout).toMatch(
      /\nrestarted 2 slots in [\d.]+ m?s: \d+ finished, \d+ handed over, \d+ closed idle, 0 cut\n$/,
    )
    expect(before).not.toContain(one?.pid)
    expect(await reload()).toMatchObject({ code: 0, stdout: expect.stringMatching(/generation 3.*generation 3/s) })
  })

  it('says at once which slot has failed, which generation, and why', async () => {
    const { folder } = await copyOf('register/http')
    const path = join(folder, 'register', 'fails.mjs')
    await writeFile(path, FAILS)
    const { workers, reload } = await startKept(path)
    const [, second] = workers()
    const { code, stdout, stderr } = await reload()
    expect(stdout).toMatch(/^slot 1: generation 2 \(pid \d+\) is in charge$/m)
    expect(stderr).toMatch(
      /^zerodown: the restart stopped at slot 2 of 2: .*the successor, generation 2 \(pid \d+\), exited with code 3.* It said: .*no database; fix it and restart again\. Slot 1 has the new code; the other serves on as before\. Two releases are in service until a reload is done\.\n$/,
    )
    expect(code).toBe(7)
    expect(workers()).toContain(second)
    const lines = (await reload('--json')).stdout.trim().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ event: 'failed', slot: 2, generations: [{ generation: 3 }] })
  })

  it('says that the supervisor has ended before the restart was over', async () => {
    const { server, reload } = await startKept('register/http.mjs', { slots: 1, flags: ['--probation', '60000'] })
    const reloaded = reload()
    await server.waitForAnnouncement(1)
    process.kill(server.pid, 'SIGKILL')
    expect(await reloaded).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(
        /^zerodown: the process that was asked has ended before it was over\. The service is down/,
      ),
    })
  })

  it('says that a shutdown has ended the restart', async () => {
    const { server, reload } = await startKept('register/http.mjs', { slots: 1, flags: ['--probation', '60000'] })
    const reloaded = reload()
    await server.waitForAnnouncement(1)
    server.signal('SIGTERM', server.pid)
    expect(await reloaded).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/slot 1 of 1: the supervisor is shutting down\.\n$/),
    })
    expect(await server.waitForExit()).toBe(0)
  })

  it('says nothing of two releases where a shutdown has ended the restart at a later slot: soon there is none', async () => {
    const { folder } = await copyOf('register/http')
    const path = join(folder, 'register', 'hangs.mjs')
    await writeFile(path, HANGS)
    const { server, reload } = await startKept(path)
    const reloaded = reload()
    await server.waitForLog(/slot 2 begins/)
    server.signal('SIGTERM', server.pid)
    expect(await reloaded).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/slot 2 of 2: the supervisor is shutting down\.\n$/),
    })
    expect(await server.waitForExit()).toBe(0)
  })

  it('says when it does not want to wait any longer, and the restart goes on', async () => {
    const { server, reload } = await startKept('register/http.mjs', { slots: 1, flags: ['--probation', '2000'] })
    const { code, stderr } = await reload('--timeout', '700')
    expect(stderr).toMatch(/^zerodown: after 700 ms the restart is not over \(--timeout\), and goes on\./)
    expect(code).toBe(4)
    await server.waitForLog(/restarted 1 slot$/)
  })
})

describe('zerodown reload --control', () => {
  it('restarts all slots over that socket, and needs no pid file', async () => {
    const control = join(await tempDir(), 'control')
    const { server } = await startSupervised('register/http.mjs', { flags: ['--control', control] })
    await until(() => exists(control), 'its control socket')
    const { code, stdout } = await zerodown(['reload', '--control', control])
    const [one, other] = server.announcements.slice(2)
    expect(stdout).toMatch(
      new RegExp(`slot 1: .*pid ${one?.pid}\\) is in charge\\n.*slot 2: .*pid ${other?.pid}\\) is`, 's'),
    )
    expect(code).toBe(0)
    server.signal('SIGTERM', server.pid)
    expect(await server.waitForExit()).toBe(0)
    expect(await exists(control)).toBe(false)
    expect(await zerodown(['reload', '--control', control])).toMatchObject({
      code: 5,
      stderr: `zerodown: nobody listens on ${control}. A server does so as soon as it serves: start it, or wait until it does. Is that path its control?\n`,
    })
  })
})

describe('the control socket beside the pid file', () => {
  it('is for the user of the server alone, replaces a stale one, and goes with the pid file', async () => {
    const { server, pidFile, reload } = await startKept('register/http.mjs', { slots: 1 })
    const socket = `${pidFile}.sock`
    expect((await stat(socket)).mode & 0o777).toBe(0o600)
    process.kill(server.pid, 'SIGKILL')
    await server.waitForExit()
    expect(await exists(socket)).toBe(true)
    expect(await reload()).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/there is no process \d+ \(named by/),
    })

    const next = await startSupervised('register/http.mjs', { slots: 1, flags: ['--pid-file', pidFile] })
    await until(async () => (await reload()).code === 0, 'a restart')
    next.server.signal('SIGTERM', next.server.pid)
    expect(await next.server.waitForExit()).toBe(0)
    expect([await exists(pidFile), await exists(socket)]).toEqual([false, false])
  })

  it('that cannot be there is no reason not to serve', async () => {
    const folder = await tempDir()
    const pidFile = join(folder, `${'long'.repeat(25)}.pid`)
    const { server, roll } = await startSupervised('register/http.mjs', { slots: 1, flags: ['--pid-file', pidFile] })
    await server.waitForLog(/warning: control: cannot listen on .*\.sock \(the path is too long for a unix socket\)/)
    expect(await roll()).toBe('restarted 1 slot')
  })
})
