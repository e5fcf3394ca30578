import { existsSync, readFileSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { zerodown } from '../cli/command.ts'
import { inCharge } from '../control/in-charge.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import type { ServerProcess } from '../support/index.ts'
import { tempDir, until } from '../support/index.ts'
import { startRegistered } from './start.ts'

const HELPER = /^helper: (.*)/

/** The helper that says next that it listens. */
async function helperOf(server: ServerProcess, from = 0): Promise<number> {
  const [, told = ''] = await server.waitForLog(HELPER, { from, timeout: 40_000 })
  return (JSON.parse(told) as { pid: number }).pid
}

/** A folder for a pid file, and a `systemd-notify` that writes down which process is the main one. */
async function service() {
  const folder = await tempDir()
  const [pidFile, notify, told] = [join(folder, 'app.pid'), join(folder, 'systemd-notify'), join(folder, 'told')]
  await writeFile(notify, `#!/bin/sh\necho "$@" >> ${told}\n`)
  await chmod(notify, 0o755)
  const env = {
    ZERODOWN_PID_FILE: pidFile,
    NOTIFY_SOCKET: '/dev/null',
    PATH: `${folder}:${process.env['PATH'] ?? ''}`,
  }
  const mainPid = (): number =>
    existsSync(told) ? Number([...readFileSync(told, 'utf8').matchAll(/MAINPID=(\d+)/g)].at(-1)?.[1]) : 0
  return { pidFile, env, mainPid }
}

describe.each(['option', 'NODE_OPTIONS'] as const)('a helper that the program forks before it listens, by %s', (by) => {
  it('and that listens first: the program is the server from its listen() on, and so is its successor', async () => {
    const { pidFile, env, mainPid } = await service()
    const options = { by, env: { ...env, HELPER: 'before' }, ready: false }
    const server = await startRegistered('register/helper.cjs', options)
    const helper = await helperOf(server)
    await inCharge(pidFile, helper)
    await until(() => mainPid() === helper, 'what systemd is told of the helper')
    server.signal('SIGHUP', helper)
    await server.waitForAnnouncement(0)
    await inCharge(pidFile, server.pid)
    await until(() => mainPid() === server.pid, 'what systemd is told of the server')

    const from = server.output.lines.length
    const reloaded = zerodown(['reload', '--pid-file', pidFile])
    const next = await helperOf(server, from)
    await server.waitForLog(new RegExp(`^zerodown\\[${next}\\] register: left alone: this is a child of process`))
    server.signal('SIGHUP', next)
    expect(await reloaded).toMatchObject({ code: 0, stderr: '' })
    const { pid } = server.latest
    expect(pid).not.toBe(server.pid)
    await inCharge(pidFile, pid)
    expect(await zerodown(['stop', '--pid-file', pidFile])).toMatchObject({ code: 0, stderr: '' })
    await server.waitForExit(pid)
    expect(existsSync(pidFile)).toBe(false)
  })

  it('and that listens after it: it is left alone', async () => {
    const { pidFile, env, mainPid } = await service()
    const server = await startRegistered('register/helper.cjs', { by, env: { ...env, HELPER: 'after' } })
    await inCharge(pidFile, server.pid)
    server.signal('SIGHUP', server.pid)
    const helper = await helperOf(server)
    await server.waitForLog(
      new RegExp(`^zerodown\\[${helper}\\] register: left alone: this is a child of process ${server.pid}, `),
    )
    await inCharge(pidFile, server.pid)
    expect(mainPid()).toBe(server.pid)
  })
})

describe('a helper that a program under zerodown run forks', () => {
  it('and that listens first has none of the places of the supervisor', async () => {
    const { pidFile, env, mainPid } = await service()
    const { server } = await startSupervised('register/helper.cjs', {
      slots: 1,
      env: { ...env, HELPER: 'before' },
      ready: false,
    })
    const helper = await helperOf(server)
    await server.waitForLog(new RegExp(`^zerodown\\[${helper}\\] register: left alone: this is a child of process`))
    server.signal('SIGHUP', helper)
    await server.waitForLog(/1 worker serves/, { timeout: 40_000 })
    await inCharge(pidFile, server.pid)
    expect(mainPid()).toBe(server.pid)
    expect(await zerodown(['stop', '--pid-file', pidFile])).toMatchObject({ code: 0, stderr: '' })
    expect(await server.waitForExit()).toBe(0)
  })
})
