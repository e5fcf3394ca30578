import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { tempDir, until } from '../../../../../test/support/index.ts'
import { silentLogger } from '../../../src/logger.ts'
import { allEnded } from '../../support/processes.ts'
import { Watchdog } from '../../../src/process/main-pid/watchdog.ts'

let folder: string

/** One that writes down when it was run. */
async function fakeNotify(script: string): Promise<void> {
  const file = join(folder, 'systemd-notify')
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
}

const told = async (): Promise<string[]> =>
  (await readFile(join(folder, 'told'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')

const HOURLY = { WATCHDOG_USEC: String(3600 * 1_000_000) }

/** How often it was told so far. */
async function toldNow(): Promise<number> {
  await allEnded()
  return (await told()).length
}

function watchdog(env: Record<string, string>, warn: (line: string) => void = () => {}): Watchdog {
  const one = new Watchdog(env, { ...silentLogger, warn })
  // What still runs would write into the folder while it is removed.
  onTestFinished(async () => {
    one.stop()
    await allEnded()
  })
  return one
}

beforeEach(async () => {
  folder = await tempDir()
  await fakeNotify('echo "$*" >>"$(dirname "$0")/told"')
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
  vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify')
})

afterEach(() => vi.unstubAllEnvs())

it('pings at once, and again within the time, until it is stopped', async () => {
  const one = watchdog({ WATCHDOG_USEC: '300000', WATCHDOG_PID: '1' })
  const began = performance.now()
  one.start()
  await until(async () => (await told()).length === 1, 'the first ping')
  const first = performance.now() - began
  await until(async () => (await told()).length >= 4, 'three more')
  // The fourth comes after 300 ms; the first did not wait for a third of it.
  expect(performance.now() - began - first).toBeGreaterThan(100)
  expect(new Set(await told())).toEqual(new Set(['WATCHDOG=1']))
  one.stop()
  const heard = await toldNow()
  await wait(400)
  expect(await toldNow()).toBe(heard)
})

it('starts once, however often it is told to', async () => {
  const one = watchdog(HOURLY)
  one.start()
  one.start()
  expect(await toldNow()).toBe(1)
})

it.each<[string, Record<string, string>]>([
  ['nobody asks for it', {}],
  ['it is switched off', { WATCHDOG_USEC: '0' }],
  ['it is no number', { WATCHDOG_USEC: 'soon' }],
])('says nothing where %s', async (_, env) => {
  watchdog(env).start()
  expect(await toldNow()).toBe(0)
})

it('warns once where systemd cannot be told', async () => {
  await fakeNotify('echo >>"$(dirname "$0")/told"; echo "no such socket" >&2; exit 1')
  const lines: string[] = []
  const one = watchdog({ WATCHDOG_USEC: '60000' }, (line) => void lines.push(line))
  one.start()
  const runs = async (): Promise<number> =>
    (await readFile(join(folder, 'told'), 'utf8').catch(() => '')).split('\n').length - 1
  await until(async () => (await runs()) >= 4, 'four of them')
  expect(lines).toEqual([expect.stringMatching(/^could not tell systemd WATCHDOG=1: .*no such socket/s)])
})
