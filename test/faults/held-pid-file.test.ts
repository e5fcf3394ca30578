import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bystander, zerodown } from '../cli/command.ts'
import { inCharge } from '../control/in-charge.ts'
import { startControlled } from '../control/controlled.ts'
import { startRegistered } from '../register/start.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import { cleanUp } from '../support/clean-up.ts'
import type { ServerProcess } from '../support/index.ts'
import { startServer, tempDir, until } from '../support/index.ts'
import { hold } from './stage/held.ts'

interface Service {
  readonly server: ServerProcess
  readonly pidFile: string
}

/** Starts a service with that pid file; a second one does not come as far as that it serves. */
type Start = (pidFile: string, ready?: boolean) => Promise<ServerProcess>

const alone: Start = (pidFile, ready = true) => startServer('http', { options: { pidFile }, ready })

const registered: Start = (pidFile, ready = true) =>
  startRegistered('register/http.mjs', { env: { ZERODOWN_PID_FILE: pidFile }, ready })

const supervised: Start = async (pidFile, ready = true) =>
  (await startSupervised('register/http.mjs', { slots: 1, flags: ['--pid-file', pidFile], ready })).server

async function serving(start: Start): Promise<Service> {
  const pidFile = join(await tempDir(), 'app.pid')
  const server = await start(pidFile)
  await inCharge(pidFile, server.pid)
  return { server, pidFile }
}

describe('a second service with the pid file of one that serves', () => {
  it.each<[string, Start, Start]>([
    ['a server, by a server', alone, alone],
    ['a server, by a registered one', alone, registered],
    ['zerodown run, by zerodown run', supervised, supervised],
    ['zerodown run, by a server', supervised, alone],
    ['a registered server, by zerodown run', registered, supervised],
  ])('does not start, and says what to do; the first one keeps all that is its own: %s', async (_, first, second) => {
    const { server, pidFile } = await serving(first)
    const other = await second(pidFile, false)
    expect(await other.waitForExit()).toBe(1)
    await other.waitForLog(
      new RegExp(`pidFile: ${pidFile} is held by process ${server.pid}, .*zerodown stop --pid-file ${pidFile}`),
    )
    expect(other.announcements).toEqual([])

    await inCharge(pidFile, server.pid)
    expect(await zerodown(['reload', '--pid-file', pidFile])).toMatchObject({ code: 0 })
    expect(await zerodown(['stop', '--pid-file', pidFile])).toMatchObject({ code: 0 })
    await until(() => server.alive().length === 0, 'the end of the first one')
  })

  it('has a code that a program can know it by', async () => {
    const { pidFile } = await serving(alone)
    const other = await alone(pidFile, false)
    await other.waitForLog(/code: 'ERR_ZERODOWN_PID_FILE'/)
    await other.waitForExit()
  })
})

describe('a service starts, and takes its pid file', () => {
  it('in place of one that was killed, which has left both files', async () => {
    const { server, pidFile } = await serving(alone)
    server.signal('SIGKILL')
    await server.waitForExit()
    expect(existsSync(`${pidFile}.sock`)).toBe(true)
    await inCharge(pidFile, (await alone(pidFile)).pid)
  })

  it.each<[string, () => Promise<number> | number]>([
    ['another program', async () => (await bystander()).pid],
    ['the first process of the system', () => 1],
    ['the one that starts it', () => process.pid],
  ])('whose pid is that of %s by now', async (_, pidOf) => {
    const { server, pidFile } = await serving(alone)
    server.signal('SIGKILL')
    await server.waitForExit()
    await writeFile(pidFile, `${await pidOf()}\n`)
    await inCharge(pidFile, (await alone(pidFile)).pid)
  })

  it.each<[string, (pid: number) => object]>([
    ['is another service, of another pid file', () => ({ zerodown: 1, pid: 1, state: 'serving' })],
    ['is no service', (pid) => ({ pid })],
  ])('where what listens beside it %s', async (_, status) => {
    const pidFile = join(await tempDir(), 'app.pid')
    const { pid } = await bystander()
    await writeFile(pidFile, `${pid}\n`)
    const other = createServer((__, response) => response.end(JSON.stringify(status(pid)))).listen(`${pidFile}.sock`)
    cleanUp(() => other.close())
    await once(other, 'listening')
    await inCharge(pidFile, (await alone(pidFile)).pid)
  })

  it('while the one before it drains to its end', async () => {
    const { server, pidFile } = await serving(alone)
    const held = await hold(server.target())
    server.signal('SIGTERM')
    await server.waitForLog(/shutting down/)
    const next = await alone(pidFile)
    await inCharge(pidFile, next.pid)
    await held.finish()
    await server.waitForExit()
    await inCharge(pidFile, next.pid)
  })

  it('in a worker of zerodown run that takes the place of a crashed one', async () => {
    const { server, pidFile } = await serving(supervised)
    const worker = server.alive().find((pid) => pid !== server.pid)
    process.kill(worker ?? 0, 'SIGKILL')
    await server.waitForAnnouncement(1)
    await inCharge(pidFile, server.pid)
  })

  it('from the second generation on, in place of its predecessor that lives', async () => {
    const { server, pidFile } = await startControlled()
    const held = await hold(server.target())
    const { pid } = await server.restart()
    await inCharge(pidFile, pid)
    await held.finish()
    await server.waitForExit()
  })
})
