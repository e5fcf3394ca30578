import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Target } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { hold } from '../faults/stage/held.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import { cleanUp } from '../support/clean-up.ts'
import { startServer, tempDir, until } from '../support/index.ts'
import type { ServerProcess } from '../support/index.ts'
import type { Outcome } from './command.ts'
import { zerodown } from './command.ts'

/** Longer than a test may take: whoever is told of an outcome has not waited for this. ms */
const TOO_LONG = 100_000

type Times = Partial<Record<'probation' | 'readyTimeout', number>>

interface Kept {
  readonly server: ServerProcess
  readonly target: Target
  /** Who serves: pids, oldest first. */
  serving(): number[]
  /** What goes wrong in the processes that start from now on, and where they listen. */
  fault(words: string, addresses?: string): Promise<void>
  reload(): Promise<Outcome>
}

interface Way {
  readonly title: string
  start(times: Times): Promise<Kept>
  /** What stands before the reason and what behind it, in a message that a restart has failed. */
  readonly frame: readonly [before: string, behind: string]
}

async function files(): Promise<{ pidFile: string; env: Record<string, string>; fault: Kept['fault'] }> {
  const folder = await tempDir()
  const [pidFile = '', faults = '', places = ''] = ['app.pid', 'faults', 'addresses'].map((name) => join(folder, name))
  return {
    pidFile,
    env: { FAULT_FILE: faults, ADDRESS_FILE: places },
    async fault(words, addresses) {
      await writeFile(faults, words)
      if (addresses !== undefined) await writeFile(places, addresses)
    },
  }
}

const ALONE: Way = {
  title: 'a single process',
  frame: ['the restart failed: ', ''],
  async start(times) {
    const { pidFile, env, fault } = await files()
    const server = await startServer('http', { options: { pidFile, ...times }, env })
    await until(async () => (await zerodown(['status', '--pid-file', pidFile])).code === 0, 'its control socket')
    const serving = (): number[] => server.alive()
    const reload = (): Promise<Outcome> => zerodown(['reload', '--pid-file', pidFile])
    return { server, target: server.target(), serving, fault, reload }
  },
}

const RUN: Way = {
  title: 'zerodown run -w 2',
  frame: ['the restart stopped at slot 1 of 2: the restart failed: ', ' All slots serve on as before.'],
  async start(times) {
    const { pidFile, env, fault } = await files()
    const flags = Object.entries(times).flatMap(([name, ms]) => [
      `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      String(ms),
    ])
    const { server, target, workers } = await startSupervised('http.mjs', {
      flags: ['--pid-file', pidFile, ...flags],
      options: times,
      env,
    })
    await until(async () => (await zerodown(['status', '--pid-file', pidFile])).code === 0, 'its control socket')
    const reload = (): Promise<Outcome> => zerodown(['reload', '--pid-file', pidFile])
    return { server, target: target(), serving: workers, fault, reload }
  },
}

interface Fault {
  readonly title: string
  readonly fault?: string
  readonly addresses?: (target: Target) => string
  readonly times?: Times
  readonly why: RegExp
}

const portOf = (target: Target): number => ('port' in target ? target.port : 0)

const FAULTS: readonly Fault[] = [
  { title: 'throws', fault: 'throw', why: /exited with code 1 before it was ready.* It said: .*a fault was asked for/ },
  { title: 'exits with 1', fault: 'exit1', why: /exited with code 1 before it was ready/ },
  { title: 'exits with 0', fault: 'exit0', why: /exited with code 0 before it was ready/ },
  { title: 'is killed', fault: 'kill', why: /was ended by SIGKILL before it was ready/ },
  {
    title: 'never listens',
    fault: 'hang',
    times: { readyTimeout: 2000 },
    why: /was not ready within 2000 ms \(readyTimeout\)/,
  },
  {
    title: 'never listens, and ignores SIGTERM',
    fault: 'hang-hard',
    times: { readyTimeout: 2000 },
    why: /was not ready within 2000 ms \(readyTimeout\)/,
  },
  { title: 'closes its channel', fault: 'end-channel', why: /closed the channel to this process/ },
  {
    title: 'listens on another address of the same port',
    addresses: (target) => `0.0.0.0:${portOf(target)}`,
    why: /another address|still has|EADDRINUSE/,
  },
  { title: 'dies in its probation', fault: 'die-in-probation:50', why: /exited with code 1 in its probation/ },
  { title: 'is killed in its probation', fault: 'kill-in-probation:50', why: /was ended by SIGKILL in its probation/ },
  {
    title: 'closes its server in its probation',
    fault: 'stop-listening-when-ready',
    why: /is leaving \(its last server was closed\) in its probation/,
  },
  { title: 'is told to stop in its probation', fault: 'be-told-to-stop-when-ready', why: /is leaving \(/ },
  {
    title: 'hangs in its probation',
    fault: 'block-when-ready',
    times: { probation: 100 },
    why: /did not answer within 10000 ms in its probation/,
  },
]

describe.each([ALONE, RUN])('zerodown reload of $title', ({ start, frame: [opening, ending] }) => {
  it.each(FAULTS)(
    'says, as soon as the outcome is known, that a release $title; and all serves on',
    async ({ fault = '', addresses, times, why }) => {
      const kept = await start({ probation: TOO_LONG, readyTimeout: TOO_LONG, ...times })
      const load = startLoad({
        target: kept.target,
        workers: [{ kind: 'keepAlive', connections: 4, thinkTime: [0, 10] }],
      })
      cleanUp(() => load.stop(0))
      await load.waitFor(({ ok }) => ok > 20)
      const serving = kept.serving()
      await kept.fault(fault, addresses?.(kept.target))

      const { code, stderr } = await kept.reload()

      expect(stderr).toMatch(why)
      expect(stderr.startsWith(`zerodown: ${opening}`)).toBe(true)
      // What it means for the service, and what to do.
      expect(stderr).toMatch(/This process serves on as before\..*(fix it and restart again|See )/s)
      expect(stderr.trimEnd().endsWith(ending)).toBe(true)
      expect(stderr.trim().split('\n')).toHaveLength(1)
      expect(code).toBe(1)
      expect(kept.serving()).toEqual(serving)
      const { ok } = load.stats()
      await load.waitFor((counts) => counts.ok > ok + 20)
      expect(await load.stop()).toMatchObject({ failed: 0 })
    },
  )

  it('is refused with 3 while it shuts down', async () => {
    const kept = await start({})
    const held = await hold(kept.target)
    kept.server.signal('SIGTERM', kept.server.pid)
    await kept.server.waitForLog(/shutting down/)
    expect(await kept.reload()).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^zerodown: cannot restart: .* is shutting down\.\n$/),
    })
    await held.finish()
  })

  it('says with 5 that nobody is there, when it was killed', async () => {
    const kept = await start({})
    for (const pid of kept.server.alive()) kept.server.signal('SIGKILL', pid)
    await kept.server.waitForExit()
    const { code, stderr } = await kept.reload()
    expect(stderr).toMatch(/^zerodown: there is no process \d+ \(named by .*\)\. Start the server\.\n$/)
    expect(code).toBe(5)
  })

  it('goes on with the successor when the process that it replaces is killed', async () => {
    const kept = await start({ probation: 3000 })
    const [victim = 0] = kept.serving()
    const before = kept.server.announcements.length
    const reloaded = kept.reload()
    const { pid } = await kept.server.waitForAnnouncement(before)
    kept.server.signal('SIGKILL', victim)
    const outcome = await reloaded
    expect(kept.serving()).toContain(pid)
    expect(outcome).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/\nrestarted (into generation 2|2 slots) /),
    })
  })
})
