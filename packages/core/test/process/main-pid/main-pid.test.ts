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
    await mainPid.announceSelf()
    expect(named()).toBe(String(process.pid))
    await mainPid.announce(42)
    expect(named()).toBe('42')
    expect(await told()).toEqual([`READY=1 MAINPID=${process.pid}`, 'MAINPID=42'])
    expect(lines).toEqual([])
  })

  it('is told in the order in which it changes, however long systemd takes to hear', async () => {
    const mainPid = await register('[ "$1" != READY=1 ] || sleep 0.3')
    const announcements = [mainPid.announceSelf(), mainPid.announce(42), mainPid.announce(process.pid)]
    await Promise.all(announcements)
    expect(await told()).toEqual([`READY=1 MAINPID=${process.pid}`, 'MAINPID=42', `MAINPID=${process.pid}`])
  })

  it('stops no service where it cannot be written or told, and is logged', async () => {
    const mainPid = await register('exit 1')
    await mkdir(join(folder, 'server.pid'))
    await mainPid.announceSelf()
    expect(lines).toEqual([
      expect.stringMatching(/^pidFile: cannot write/),
      expect.stringMatching(/^could not tell systemd/),
    ])
  })

  it('is nobody any more, in the end, unless it is another process', async () => {
    const mainPid = await register()
    await mainPid.announceSelf()
    mainPid.remove()
    expect(existsSync(join(folder, 'server.pid'))).toBe(false)
    await mainPid.announce(42)
    mainPid.remove()
    expect(named()).toBe('42')
  })
})
