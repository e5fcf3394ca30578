import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { tempDir, until } from '../../../../test/support/index.ts'
import { aServingProcess, anOrigin, good } from '../support/lifecycles.ts'
import { aSuccessor } from '../support/successors.ts'
import { inherit } from '../support/inherited.ts'
import { listen } from '../support/servers.ts'

/** It wants to hear of the service three times in that time. */
const TIME = 300
const startCommand = { ...anOrigin().startCommand, env: { WATCHDOG_USEC: String(TIME * 1000) } }

let log: string

const pings = async (): Promise<number> =>
  (await readFile(log, 'utf8')).split('\n').filter((line) => line === 'WATCHDOG=1').length

/** Nothing more is heard in the time that systemd waits, but for what is on its way. */
async function expectSilence(): Promise<void> {
  const before = await pings()
  await wait(2 * TIME)
  expect(await pings()).toBeLessThanOrEqual(before + 1)
}

beforeEach(async () => {
  const folder = await tempDir()
  log = join(folder, 'told')
  const notify = join(folder, 'systemd-notify')
  await writeFile(log, '')
  await writeFile(notify, `#!/bin/sh\necho "$*" >>'${log}'\n`)
  await chmod(notify, 0o755)
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
  vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify')
})

afterEach(() => vi.unstubAllEnvs())

it('the watchdog hears of a process while it is in charge, and not while it drains after a restart', async () => {
  const process = await aServingProcess({}, [good], { startCommand })
  await until(async () => (await pings()) >= 3, 'three times')
  await process.lifecycle.restart()
  await expectSilence()
})

it('nor at a shutdown, of which systemd is told', async () => {
  const process = await aServingProcess({}, [], { startCommand })
  await until(async () => (await pings()) >= 1, 'the first time')
  await process.lifecycle.shutdown()
  await expectSilence()
})

it('hears of a successor from its commit on, and not before', async () => {
  const listener = await inherit()
  const { successor, predecessor, dies } = await aSuccessor([listener], { dies: true, startCommand })
  await listen(successor.attach(), { port: 0, host: '127.0.0.1' })
  await successor.emitted('ready')
  await wait(2 * TIME)
  expect(await pings()).toBe(0)

  predecessor.send({ type: 'commit', restart: false })

  await successor.emitted('inCharge')
  await until(async () => (await pings()) >= 1, 'the first time')
  await dies()
  // Nothing may write into the folder while it is removed.
  await successor.lifecycle.shutdown()
  await expectSilence()
})
