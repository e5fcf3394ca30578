import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { tempDir, until } from '../../../test/support/index.ts'
import { ServiceManager, passedOn } from '../src/service-manager.ts'
import { resolveRun } from '../src/settings.ts'

afterEach(() => vi.unstubAllEnvs())

const HOURLY = String(3600 * 1_000_000)

it('systemd is told how it is with the workers, and that the supervisor does not hang', async () => {
  const folder = await tempDir()
  const [log, notify] = [join(folder, 'told'), join(folder, 'systemd-notify')]
  await writeFile(log, '')
  await writeFile(notify, `#!/bin/sh\necho "$*" >>'${log}'\n`)
  await chmod(notify, 0o755)
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
  vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify')
  const command = { argv0: 'node', args: [], cwd: folder, env: { WATCHDOG_USEC: HOURLY } }
  const manager = new ServiceManager(resolveRun({ script: 'server.js', workers: 4 }, 'register.js'), command)
  onTestFinished(() => manager.announceStop())
  const heard = async (line: RegExp): Promise<void> => {
    await until(async () => line.test(await readFile(log, 'utf8')), `systemd to hear ${line}`)
  }

  await manager.announceUp()
  await heard(/^WATCHDOG=1$/m)
  await heard(new RegExp(`^READY=1 MAINPID=${process.pid} STATUS=4 workers, serving$`, 'm'))
  manager.began()
  await heard(/^RELOADING=1 MONOTONIC_USEC=\d+ STATUS=4 workers, restarting one after the other$/m)
  const message = 'the restart stopped at slot 2 of 4: it exited with code 1. Slot 1 has the new code.'
  manager.over({ code: 'ERR_ZERODOWN_SUCCESSOR_EXITED', message, slot: 2, generation: 2, done: [] })
  await heard(/^READY=1 STATUS=4 workers, serving; the restart stopped at slot 2 of 4: it exited with code 1$/m)
  manager.over({ slots: [] })
  await heard(/^READY=1 STATUS=4 workers, serving$/m)
  manager.announceStop()
  await heard(/^STOPPING=1 STATUS=4 workers, draining$/m)
})

it('workers do not get the variables by which systemd knows the supervisor', () => {
  const env = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '1', WATCHDOG_PID: '2', LISTEN_PID: '2', PATH: '/bin' }
  expect(passedOn(env)).toEqual({ LISTEN_PID: '2', PATH: '/bin' })
})
