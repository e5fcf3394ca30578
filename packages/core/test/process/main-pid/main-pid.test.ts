import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { tempDir } from '../../../../../test/support/index.ts'
import { resolve } from '../../../src/options/resolve.ts'
import { MainPid } from '../../../src/process/main-pid/main-pid.ts'

let folder: string
const lines: string[] = []

/** One that keeps a pid file, beside a `systemd-notify` that writes down what it is to say, after `script`. */
async function register(script = ''): Promise<MainPid> {
  const notify = join(folder, 'systemd-notify')
  await writeFile(notify, `#!/bin/sh\n${script}\necho "$*" >>'${folder}/told'\n`)
  await chmod(notify, 0o755)
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
  vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify')
  const log = (line: string): void => void lines.push(line)
  const settings = resolve({ pidFile: 'server.pid', logger: { info: log, warn: log, error: log } })
  return new MainPid(settings, folder)
}

const named = (): string => readFileSync(join(folder, 'server.pid'), 'utf8').trim()
const told = async (): Promise<string[]> => (await readFile(join(folder, 'told'), 'utf8')).trim().split('\n')

beforeEach(async () => {
  folder = await tempDir()
  lines.length = 0
})

afterEach(() => vi.unstubAllEnvs())

describe('who is in charge', () => {
  it('is entered in the pid file and told to systemd', async () => {
    const mainPid = await register()
    await mainPid.announceSelf('up')
    expect(named()).toBe(String(process.pid))
    await mainPid.announce(42, 'moved')
    expect(named()).toBe('42')
    expect(await told()).toEqual([`READY=1 MAINPID=${process.pid} STATUS=up`, 'READY=1 MAINPID=42 STATUS=moved'])
    expect(lines).toEqual([])
  })

  it('is told in the order in which it changes, however long systemd takes to hear', async () => {
    const mainPid = await register('[ "$3" != STATUS=a ] || sleep 0.3')
    const announcements = [mainPid.announceSelf('a'), mainPid.announce(42, 'b'), mainPid.announce(process.pid, 'c')]
    await Promise.all(announcements)
    expect(await told()).toEqual([
      `READY=1 MAINPID=${process.pid} STATUS=a`,
      'READY=1 MAINPID=42 STATUS=b',
      `READY=1 MAINPID=${process.pid} STATUS=c`,
    ])
  })

  it('stops no service where it cannot be written or told, and is logged', async () => {
    const mainPid = await register('exit 1')
    await mkdir(join(folder, 'server.pid'))
    await mainPid.announceSelf('up')
    expect(lines).toEqual([
      expect.stringMatching(/^pidFile: cannot write/),
      expect.stringMatching(/^could not tell systemd/),
    ])
  })

  it('is nobody any more, in the end, unless it is another process', async () => {
    const mainPid = await register()
    await mainPid.announceSelf('up')
    mainPid.remove()
    expect(existsSync(join(folder, 'server.pid'))).toBe(false)
    await mainPid.announce(42, 'moved')
    mainPid.remove()
    expect(named()).toBe('42')
  })
})

describe('a restart', () => {
  it('is told to be over until systemd has heard it', async () => {
    const mainPid = await register('[ -e "$(dirname "$0")/heard" ] || { >"$(dirname "$0")/heard"; exit 1; }')
    await mainPid.announceReloaded('serving')
    expect(await told()).toEqual(['READY=1 STATUS=serving'])
    expect(lines).toEqual([])
  })

  it('is not told to be over any more where another one has begun', async () => {
    const mainPid = await register('[ "$1" != READY=1 ] || exit 1')
    const over = mainPid.announceReloaded('serving')
    await mainPid.announceReload('restarting')
    await over
    expect(await told()).toEqual([expect.stringMatching(/^RELOADING=1/)])
    expect(lines).toEqual([expect.stringMatching(/^could not tell systemd READY=1/)])
  })

  it('is told when it begins, by the clock that systemd goes by, and when it is over', async () => {
    const mainPid = await register()
    const before = process.hrtime.bigint() / 1000n
    await mainPid.announceReload('restarting')
    await mainPid.announceReloaded('serving')
    const [begun = '', over] = await told()
    const [, time = '0'] = /^RELOADING=1 MONOTONIC_USEC=(\d+) STATUS=restarting$/.exec(begun) ?? []
    expect(BigInt(time)).toBeGreaterThanOrEqual(before)
    expect(BigInt(time)).toBeLessThanOrEqual(process.hrtime.bigint() / 1000n)
    expect(over).toBe('READY=1 STATUS=serving')
  })
})

it('the end of the service is told', async () => {
  const mainPid = await register()
  await mainPid.announceStop('draining')
  expect(await told()).toEqual(['STOPPING=1 STATUS=draining'])
})
