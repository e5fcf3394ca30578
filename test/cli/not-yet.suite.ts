import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startControlled } from '../control/controlled.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import { startServer, tempDir, until } from '../support/index.ts'
import type { ServerProcess } from '../support/index.ts'
import { zerodown } from './command.ts'

const COMMANDS = ['status', 'reload', 'stop', 'doctor']

interface Starting {
  readonly server: ServerProcess
  readonly pidFile: string
  /** From now on it serves. */
  serve(): Promise<void>
}

/** A service whose processes do not listen yet. */
type Start = () => Promise<Starting>

const alone: Start = async () => {
  const folder = await tempDir()
  const [pidFile, faults] = [join(folder, 'app.pid'), join(folder, 'faults')]
  await writeFile(faults, 'wait-for-hangup')
  const server = await startServer('http', { options: { pidFile }, env: { FAULT_FILE: faults }, ready: false })
  await server.waitForLog(/waiting for SIGHUP/)
  const serve = async (): Promise<void> => {
    server.signal('SIGHUP', server.pid)
    await server.waitForAnnouncement(0)
  }
  return { server, pidFile, serve }
}

const supervised: Start = async () => {
  const folder = await tempDir()
  const [pidFile, faults] = [join(folder, 'app.pid'), join(folder, 'faults')]
  await writeFile(faults, 'wait-for-hangup')
  const { server } = await startSupervised('http.mjs', {
    flags: ['--pid-file', pidFile],
    env: { FAULT_FILE: faults },
    ready: false,
  })
  await server.waitForLog(/waiting for SIGHUP/)
  const serve = async (): Promise<void> => {
    await writeFile(faults, '')
    const worker = server.alive().find((pid) => pid !== server.pid) ?? 0
    server.signal('SIGHUP', worker)
    await server.waitForLog(/2 workers serve/, { timeout: 40_000 })
  }
  return { server, pidFile, serve }
}

describe.each<[string, Start]>([
  ['a server', alone],
  ['zerodown run', supervised],
])('while %s starts', (_, start) => {
  it('each command says that nobody is there and how to go on, with 5, and does its work as soon as it serves', async () => {
    const { server, pidFile, serve } = await start()
    for (const command of COMMANDS) {
      const said = await zerodown([command, '--pid-file', pidFile])
      expect(said).toEqual({
        code: 5,
        stdout: '',
        stderr:
          `zerodown: nobody is there: there is no ${pidFile}. A server writes it as soon as it serves: start it, or wait ` +
          'until it does. Is that file its pidFile?\n',
      })
      expect(await zerodown([command, '--control', `${pidFile}.sock`])).toEqual({
        code: 5,
        stdout: '',
        stderr:
          `zerodown: nobody listens on ${pidFile}.sock. A server does so as soon as it serves: start it, or wait until it ` +
          'does. Is that path its control?\n',
      })
    }
    await serve()
    await until(async () => (await zerodown(['status', '--pid-file', pidFile])).code === 0, 'its control socket')
    expect(await zerodown(['stop', '--pid-file', pidFile])).toMatchObject({ code: 0, stderr: '' })
    expect(await server.waitForExit()).toBe(0)
  })
})

describe('zerodown status', () => {
  it('says that there is a process, where that has no control socket', async () => {
    const pidFile = join(await tempDir(), 'app.pid')
    const server = await startServer('http', { options: { pidFile, control: false } })
    await until(async () => (await zerodown(['doctor', '--pid-file', pidFile])).code === 0, 'its pid file')
    const { code, stderr } = await zerodown(['status', '--pid-file', pidFile])
    expect(stderr).toMatch(
      `zerodown: process ${server.pid} (named by ${pidFile}) has no control socket at ${pidFile}.sock`,
    )
    expect(code).toBe(3)
  })

  it('says that there is none any more, where a server was killed', async () => {
    const { server, pidFile } = await startControlled()
    server.signal('SIGKILL')
    await server.waitForExit()
    expect(await zerodown(['status', '--pid-file', pidFile])).toEqual({
      code: 5,
      stdout: '',
      stderr: `zerodown: there is no process ${server.pid} (named by ${pidFile}). Start the server.\n`,
    })
  })
})
