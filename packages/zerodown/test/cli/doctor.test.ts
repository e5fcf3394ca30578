import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceStatus } from '@zerodown/core/supervision'
import { afterEach, describe, expect, it } from 'vitest'
import { findingsOfDirectory } from '../../src/cli/doctor/of-directory.ts'
import { findingsOfService } from '../../src/cli/doctor/of-service.ts'
import type { Unit } from '../../src/cli/doctor/of-unit.ts'
import { findingsIn } from '../../src/cli/doctor/of-unit.ts'

const unit = (given: Partial<Unit> = {}): Unit => ({
  Id: 'app.service',
  Type: 'notify',
  NotifyAccess: 'all',
  KillMode: 'control-group',
  TimeoutStopUSec: '1min 30s',
  WorkingDirectory: '',
  ...given,
})

const service = (given: Partial<ServiceStatus> = {}): ServiceStatus => ({
  zerodown: 1,
  pid: 5,
  slots: undefined,
  state: 'serving',
  ready: true,
  vacant: [],
  noRestart: undefined,
  restartQueued: false,
  lastRestart: undefined,
  processes: [],
  ...given,
})

const weights = (findings: readonly { weight: string }[]): string[] => findings.map(({ weight }) => weight)

describe('of a systemd unit, the doctor says', () => {
  it('nothing, if it follows the main process', () => {
    expect(findingsIn(unit(), false)).toEqual([])
    expect(findingsIn(unit({ KillMode: 'mixed', Type: 'notify-reload' }), true)).toEqual([])
    expect(findingsIn(unit({ KillMode: 'mixed', Type: 'exec', NotifyAccess: 'none' }), true)).toEqual([])
  })

  it.each<[Partial<Unit>, boolean, RegExp, RegExp]>([
    [{ Type: 'simple' }, false, /Type=simple: when the main process leaves/, /^Set Type=notify/],
    [{ NotifyAccess: 'main' }, false, /NotifyAccess=main: systemd does not hear/, /^Set NotifyAccess=all\./],
    [{ KillMode: 'process' }, false, /KillMode=process: at a stop/, /^Set KillMode=control-group: /],
    [{ KillMode: 'none' }, false, /KillMode=none: at a stop/, /^Set KillMode=control-group: /],
    [{ KillMode: 'process' }, true, /KillMode=process: at a stop/, /^Set KillMode=mixed: /],
    [{ KillMode: 'mixed' }, false, /KillMode=mixed: at a stop, an old process/, /^Set KillMode=control-group: /],
    [{ KillMode: 'control-group' }, true, /each worker gets SIGTERM/, /^Set KillMode=mixed: /],
  ])('what is wrong with %j, supervised: %j', (given, supervised, says, advises) => {
    const [only, ...more] = findingsIn(unit(given), supervised)
    expect(more).toEqual([])
    expect(only?.what).toMatch(says)
    expect(only?.advice).toMatch(advises)
  })

  it.each<[string, number, boolean]>([
    ['1min 30s', 80_001, true],
    ['1min 30s', 80_000, false],
    ['40s', 600_000, true],
    ['1.500000s', 0, true],
    ['2h 3min', 7_370_001, true],
    ['2h 3min', 7_370_000, false],
    ['900ms', 0, true],
    ['infinity', 2_000_000_000, false],
    ['', 600_000, false],
    ['of another form', 600_000, false],
  ])('whether a stop has the time that it may take: TimeoutStopSec=%s, %d ms', (TimeoutStopUSec, time, tooShort) => {
    const findings = findingsIn(unit({ TimeoutStopUSec }), false, time)
    const what = `app.service has TimeoutStopSec=${TimeoutStopUSec}, and a stop may take ${time} ms (shutdownDelay and drainTimeout)`
    const expected = [{ weight: 'weakens', what: expect.stringContaining(what) as string }]
    expect(findings).toMatchObject(tooShort ? expected : [])
    for (const { advice } of findings)
      expect(advice).toMatch(`TimeoutStopSec= to ${Math.ceil(time / 1000) + 10} or more`)
  })
})

describe('of the working directory of a unit, the doctor says', () => {
  const ends: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0)) await end()
  })

  /** A release, the symlink to it, and what a process with these variables is told. */
  async function examine(variables: (current: string) => Record<string, string>) {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'zd-')))
    ends.push(() => rm(folder, { recursive: true }))
    const current = join(folder, 'current')
    await mkdir(join(folder, '1'))
    await symlink('1', current)
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log()'], { env: variables(current) })
    const ended = once(child, 'exit')
    ends.unshift(() => {
      child.kill('SIGKILL')
      return ended
    })
    await once(child.stdout, 'data')
    const of = (directory: string) =>
      findingsOfDirectory({ Id: 'app.service', WorkingDirectory: directory }, child.pid ?? 0)
    return { current, folder, of }
  }

  it('that a restart does not follow a symlink, where nothing names it', async () => {
    const { current, of } = await examine(() => ({}))
    const [only, ...more] = of(current)
    expect(more).toEqual([])
    expect(only?.what).toMatch(`app.service has WorkingDirectory=${current}, a symlink: each restart stays`)
    expect(only?.advice).toMatch(`Set Environment=PWD=${current},`)
  })

  it('nothing, where something names it, or where it is none', async () => {
    const named = await examine((current) => ({ PWD: current }))
    expect(named.of(named.current)).toEqual([])
    const launched = await examine((current) => ({ ZERODOWN_LAUNCH_CWD: current }))
    expect(launched.of(launched.current)).toEqual([])
    const plain = await examine(() => ({}))
    expect([plain.folder, join(plain.folder, 'none'), ''].flatMap(plain.of)).toEqual([])
  })
})

describe('of what a service tells, the doctor says', () => {
  it('why it cannot restart, but not before it serves or at its end', () => {
    const noRestart = { code: 'ERR_ZERODOWN_UNSUPPORTED', message: 'cannot restart: PID 1.' }
    expect(findingsOfService(service({ noRestart }))).toMatchObject([{ weight: 'blocks', what: noRestart.message }])
    expect(findingsOfService(service({ noRestart, state: 'starting' }))).toEqual([])
    expect(findingsOfService(service({ noRestart, state: 'draining' }))).toEqual([])
  })

  it('in which slots no process is in charge, but not at its end', () => {
    const given = { slots: 3, vacant: [2, 3] }
    const findings = findingsOfService(service(given))
    expect(weights(findings)).toEqual(['blocks', 'blocks'])
    expect(findings[1]?.what).toMatch(/^no process is in charge of slot 3:/)
    expect(findingsOfService(service({ ...given, state: 'draining' }))).toEqual([])
  })

  it('what it has warned of, once, and who does not answer', () => {
    const one = { warnings: [{ at: 1, message: 'a warning' }], weaknesses: [], state: 'serving' }
    const hung = { pid: 7, warnings: [], weaknesses: [], state: 'unresponsive' }
    const processes = [one, one, hung] as unknown as ServiceStatus['processes']
    const findings = findingsOfService(service({ processes }))
    expect(weights(findings)).toEqual(['weakens', 'weakens'])
    expect(findings.map(({ what }) => what)).toEqual(['a warning', expect.stringMatching(/^process 7 does not answer/)])
  })

  it('what weakens it, once, but not what does so in a process that drains already, or is too old to tell', () => {
    const weak = { weaknesses: [{ what: 'it is weak', advice: 'Make it strong.' }], warnings: [], state: 'serving' }
    const leaving = { ...weak, weaknesses: [{ what: 'it was weak', advice: 'Wait.' }], state: 'draining' }
    const old = { warnings: [], state: 'serving' }
    const processes = [weak, weak, leaving, old] as unknown as ServiceStatus['processes']
    expect(findingsOfService(service({ processes }))).toEqual([
      { weight: 'weakens', what: 'it is weak', advice: 'Make it strong.' },
    ])
  })
})
