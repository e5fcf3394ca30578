import { once } from 'node:events'
import { readlink } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import type { Load, Target } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { isAlive, until } from '../support/index.ts'
import { Deployment, SERVER } from './deployment.ts'
import { install } from './example-unit.ts'
import type { Unit } from './unit.ts'
import { useManager } from './use-manager.ts'

const systemd = useManager()
const { runs, note } = systemd

const RELOADS = 10

const BROKEN = `throw new Error('no such table: users')`

/** A release that takes its time until it listens. */
const slow = (ms: number): string => `await new Promise((done) => setTimeout(done, ${ms}))\n${SERVER}`

/** A release that hangs when it is asked to. */
const HANGS = SERVER.replace(
  "    case 'GET /slow': {",
  "    case 'GET /hang':\n      while (true);\n    case 'GET /slow': {",
)

function loadOn(target: Target): Load {
  const load = startLoad({
    target,
    workers: [
      { kind: 'keepAlive', connections: 4, thinkTime: [0, 10] },
      { kind: 'fresh', connections: 2, thinkTime: [0, 10] },
      { kind: 'fresh', path: '/readyz', connections: 1, thinkTime: [0, 10] },
      { kind: 'post', connections: 2, size: 20_000, chunks: 2, chunkDelay: [0, 5], thinkTime: [0, 10] },
    ],
  })
  cleanUp(() => load.stop(0))
  return load
}

async function expectNothingLost(load: Load): Promise<void> {
  const { failed, firstFailures } = await load.stop()
  expect({ failed, firstFailures }).toEqual({ failed: 0, firstFailures: [] })
}

const identityAt = async ({ host, port }: Deployment['target'] & { host: string; port: number }): Promise<object> =>
  (await (await fetch(`http://${host}:${port}/`)).json()) as object

interface Installed {
  readonly unit: Unit
  readonly deployment: Deployment
  readonly target: { host: string; port: number }
}

async function deployed(files: readonly string[], changes: Readonly<Record<string, string>> = {}): Promise<Installed> {
  const deployment = await Deployment.create()
  const [unit] = await install(systemd.manager, files, deployment, changes)
  return { unit: unit as Unit, deployment, target: deployment.target as { host: string; port: number } }
}

const KINDS = [
  { title: 'app.service', files: ['app.service'], run: false },
  { title: 'app-socket.service', files: ['app-socket.service', 'app-socket.socket'], run: false },
  { title: 'app-run.service', files: ['app-run.service'], run: true },
] as const

describe.runIf(runs).each(KINDS)(`examples/systemd/$title${note}`, ({ files, run }) => {
  const up = (generation: number): string => (run ? '2 workers, serving' : `generation ${generation}, serving`)

  // Each slot has a probation of its own, of a second.
  it('starts, reloads ten times under load, and stops, and no request is lost', { timeout: 180_000 }, async () => {
    const { unit, target } = await deployed(files)
    await unit.start()
    await unit.waitFor('StatusText', up(1))
    expect(await systemd.manager.systemctl('status', unit.name)).toContain(`Status: "${up(1)}"`)
    const first = await unit.mainPid()
    const load = loadOn(target)
    await load.waitFor(({ ok }) => ok > 50)

    const states = await unit.statesWhile(async () => {
      for (let generation = 2; generation <= RELOADS + 1; generation += 1) {
        await unit.reload()
        await unit.waitFor('StatusText', up(generation))
        expect(await identityAt(target)).toMatchObject({ generation })
      }
    })

    await expectNothingLost(load)
    expect([...states].filter((state) => state !== 'active' && state !== 'reloading')).toEqual([])
    const last = await unit.mainPid()
    expect(last === first).toBe(run)
    expect(await unit.show('NRestarts')).toBe('0')
    await unit.stop()
    expect([await unit.show('ActiveState'), await unit.show('Result')]).toEqual(['inactive', 'success'])
    expect(isAlive(last)).toBe(false)
  })

  it('is as it was when a release is broken: the reload fails, and says so', async () => {
    const { unit, deployment, target } = await deployed(files)
    await unit.start()
    await unit.waitFor('StatusText', up(1))
    const pid = await unit.mainPid()
    const load = loadOn(target)
    await load.waitFor(({ ok }) => ok > 50)

    await deployment.release(BROKEN)
    await expect(unit.reload()).rejects.toThrow(/failed/)

    const why = run
      ? /^2 workers, serving; the restart stopped at slot 1 of 2: /
      : /^generation 1, serving; the restart failed: /
    await unit.waitFor('StatusText', why)
    await unit.waitFor('ActiveState', 'active')
    expect(await unit.mainPid()).toBe(pid)
    await deployment.release(SERVER)
    await unit.reload()
    await unit.waitFor('StatusText', up(2))
    await expectNothingLost(load)
  })
})

describe.runIf(runs)(`a WorkingDirectory that is a symlink${note}`, () => {
  /** The program is looked for in that folder. */
  const within = (lines = ''): Record<string, string> => ({
    'WorkingDirectory=/srv/app': `WorkingDirectory=/srv/app/current${lines}`,
    ' current/server.js': ' server.js',
  })

  it.each([
    { title: 'is followed anew if PWD names it', lines: '\nEnvironment=PWD=/srv/app/current', release: 2 },
    { title: 'is followed at the start only, if nothing does', lines: '', release: 1 },
  ])('$title', async ({ lines, release }) => {
    const { unit, deployment, target } = await deployed(['app.service'], within(lines))
    await unit.start()
    await deployment.release(SERVER)
    await unit.reload()
    await unit.waitFor('StatusText', 'generation 2, serving')
    expect(await readlink(`/proc/${await unit.mainPid()}/cwd`)).toBe(join(deployment.folder, `releases/${release}`))
    expect(await identityAt(target)).toMatchObject({ generation: 2 })
  })
})

describe.runIf(runs)(`the status line${note}`, () => {
  it('tells of a restart while it lasts, and of the drain at the end', async () => {
    const { unit, deployment, target } = await deployed(['app.service'])
    await unit.start()
    await deployment.release(slow(4000))
    const reloaded = unit.reload()
    await unit.waitFor('ActiveState,StatusText', /(?=.*^reloading$)(?=.*^generation 1, restarting: generation 2$)/ms)
    await reloaded
    await unit.waitFor('StatusText', 'generation 2, serving')
    await unit.waitFor('ActiveState', 'active')

    const upload = request({ ...target, method: 'POST', path: '/echo', agent: false })
    upload.write('hello, ')
    const [echo] = await once(upload, 'response')
    const stopped = unit.stop()
    await unit.waitFor('StatusText', 'generation 2, draining')
    upload.end('world')
    expect(await text(echo)).toBe('hello, world')
    await stopped
  })
})

describe.runIf(runs)(`a socket that systemd has bound${note}`, () => {
  it('starts the service with the first request, and again after it was stopped', async () => {
    const deployment = await Deployment.create()
    const files = ['app-socket.service', 'app-socket.socket'] as const
    const [service, socket] = await install(systemd.manager, files, deployment)
    const target = deployment.target as { host: string; port: number }
    await socket.start()
    expect(await service.show('ActiveState')).toBe('inactive')
    const first = (await identityAt(target)) as { pid: number }
    expect(first).toEqual({ pid: await service.mainPid(), generation: 1 })
    await service.waitFor('ActiveState', 'active')

    await service.stop()
    expect(isAlive(first.pid)).toBe(false)
    // It waits in the socket's queue until the service is up.
    const second = (await identityAt(target)) as { pid: number }
    expect(second).toMatchObject({ generation: 1 })
    expect(second.pid).not.toBe(first.pid)
  })
})

/** A third of it is how often it is told. */
const WATCHDOG = { 'WatchdogSec=30': 'WatchdogSec=2' }

describe.runIf(runs)(`the watchdog${note}`, () => {
  it.each([
    { title: 'a process', file: 'app.service' },
    { title: 'zerodown run', file: 'app-run.service' },
  ])(
    'is content with $title that does not hang, through a restart that takes longer than its time',
    async ({ file }) => {
      const { unit, deployment, target } = await deployed([file], WATCHDOG)
      await unit.start()
      const load = loadOn(target)
      await deployment.release(slow(3000))
      await unit.reload()
      // Twice its time: it would have noticed the silence of the new process.
      await wait(4000)
      await expectNothingLost(load)
      expect(await unit.show('NRestarts')).toBe('0')
      expect(await identityAt(target)).toMatchObject({ generation: 2 })
    },
  )

  it('ends a process that hangs, and systemd starts it again', async () => {
    const { unit, deployment, target } = await deployed(['app.service'], WATCHDOG)
    await deployment.release(HANGS)
    await unit.start()
    await unit.reload()
    const pid = await unit.mainPid()
    const hangs = fetch(`http://${target.host}:${target.port}/hang`).catch(() => 'cut')
    await until(async () => (await unit.show('NRestarts')) === '1', 'systemd to start it again')
    expect(await hangs).toBe('cut')
    await unit.waitFor('StatusText', 'generation 1, serving')
    expect(isAlive(pid)).toBe(false)
    expect(await identityAt(target)).toMatchObject({ generation: 1 })
  })
})
