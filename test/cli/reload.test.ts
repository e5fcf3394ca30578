import { readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import { isAlive, startServer, tempDir, until } from '../support/index.ts'
import type { ServerOptions, ServerProcess } from '../support/index.ts'
import { bystander, zerodown } from './command.ts'

interface Kept {
  server: ServerProcess
  pidFile: string
  /** What goes wrong in the generations that start from now on. */
  fault(faults: string): Promise<void>
}

/** A server that keeps a pid file and has no control socket, once that file names it. */
async function startKept(options: ServerOptions = {}): Promise<Kept> {
  const folder = await tempDir()
  const [pidFile, faults] = [join(folder, 'server.pid'), join(folder, 'faults')]
  const server = await startServer('http', {
    ...options,
    options: { pidFile, control: false, ...options.options },
    env: { FAULT_FILE: faults },
  })
  await until(async () => (await pidIn(pidFile)) === server.pid, 'its pid file')
  return { server, pidFile, fault: (words) => writeFile(faults, words) }
}

const pidIn = async (pidFile: string): Promise<number> => Number(await readFile(pidFile, 'utf8'))

describe('zerodown reload --pid-file, where there is no control socket', () => {
  it('restarts the server under load, and prints the pid of who is in charge now', async () => {
    const { server, pidFile } = await startKept()
    const load = startLoad({
      target: server.target(),
      workers: [
        { kind: 'keepAlive', connections: 4, thinkTime: [0, 5] },
        { kind: 'fresh', connections: 2, thinkTime: [0, 5] },
      ],
    })
    for (let generation = 2; generation <= 4; generation += 1) {
      const { code, stdout, stderr } = await zerodown(['reload', '--pid-file', pidFile])
      const { pid } = await server.waitForGeneration(generation)
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `process ${pid} is in charge\n`, stderr: '' })
      expect(await pidIn(pidFile)).toBe(pid)
      await load.waitFor((counts) => (counts.generations[generation] ?? 0) > 10)
    }
    expect(await load.stop()).toMatchObject({ failed: 0 })
  })

  it('waits through the probation: who might still be rolled back is not in charge', async () => {
    const { server, pidFile } = await startKept({ options: { probation: 300 } })
    const reloaded = zerodown(['reload', '--pid-file', pidFile])
    const { pid } = await server.waitForGeneration(2)
    expect(await pidIn(pidFile)).toBe(server.pid)
    expect(await reloaded).toEqual({ code: 0, stdout: `process ${pid} is in charge\n`, stderr: '' })
  })

  it('takes a path from where it is called', async () => {
    const { pidFile } = await startKept()
    const { code } = await zerodown(['reload', `--pid-file=${join(pidFile, '..', 'server.pid')}`, '--timeout', '60000'])
    expect(code).toBe(0)
  })

  it('says that a restart failed, that the old one serves on, and where the reason is', async () => {
    const { server, pidFile, fault } = await startKept()
    await fault('exit1')
    const { code, stdout, stderr } = await zerodown(['reload', '--pid-file', pidFile, '--timeout', '1500'])
    expect(stderr).toBe(
      `zerodown: after 1500 ms process ${server.pid} is still in charge: the restart failed, or takes longer (see ` +
        `--timeout). Process ${server.pid} serves on as before. The server's log says why; fix it and reload again.\n`,
    )
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    await server.waitForLog(/the restart failed/)

    await fault('')
    expect(await zerodown(['reload', '--pid-file', pidFile])).toMatchObject({ code: 0 })
  })

  it('says that the service is down when the old one ends without a successor', async () => {
    const { server, pidFile, fault } = await startKept()
    await fault('hang')
    const reloaded = zerodown(['reload', '--pid-file', pidFile])
    await server.waitForLog(/restarting: generation 2/)
    server.signal('SIGTERM')
    expect(await reloaded).toEqual({
      code: 6,
      stdout: '',
      stderr:
        `zerodown: process ${server.pid} has ended, without a successor: the service is down. ` +
        "The server's log says why; start the server again.\n",
    })
  })

  it('says that the old one was killed on the way, and that its successor may take over all the same', async () => {
    const { server, pidFile, fault } = await startKept()
    await fault('slow-start:500')
    const reloaded = zerodown(['reload', '--pid-file', pidFile])
    await server.waitForLog(/restarting: generation 2/)
    server.signal('SIGKILL')
    expect(await reloaded).toEqual({
      code: 6,
      stdout: '',
      stderr:
        `zerodown: process ${server.pid} has ended before it had handed over. The service is down, unless its ` +
        "successor takes over by itself. The server's log says why; start the server again if it does not answer.\n",
    })
    const { pid } = await server.waitForGeneration(2)
    await until(async () => (await pidIn(pidFile)) === pid, 'the successor in the pid file')
  })
})

describe('zerodown reload --pid-file of zerodown run that has no control socket', () => {
  it.each<[string, string, string[]]>([
    ['as it was told to have none', 'app.pid', ['--control', 'false']],
    ['as its path would be too long', `${'long'.repeat(25)}.pid`, []],
  ])('says at once that it cannot see the end, %s', async (_, name, flags) => {
    const pidFile = join(await tempDir(), name)
    const { server } = await startSupervised('register/http.mjs', {
      slots: 1,
      flags: ['--pid-file', pidFile, ...flags],
    })
    await until(async () => (await zerodown(['doctor', '--pid-file', pidFile])).code === 0, 'its pid file')
    expect(await zerodown(['reload', '--pid-file', pidFile])).toEqual({
      code: 4,
      stdout: '',
      stderr:
        `zerodown: process ${server.pid} (named by ${pidFile}) is zerodown run, and has no control socket at ${pidFile}.sock: ` +
        'nothing tells when its restart is over. SIGUSR2 was sent, and its log tells the rest. Its option control gives it a socket.\n',
    })
    await server.waitForLog(/restarted 1 slot$/)
  })
})

describe('zerodown reload refuses, and sends nothing', () => {
  it('without a pid file', async () => {
    const pidFile = join(await tempDir(), 'server.pid')
    const { code, stderr } = await zerodown(['reload', '--pid-file', pidFile])
    expect(stderr).toMatch(
      new RegExp(`^zerodown: nobody is there: there is no ${pidFile}\\. A server writes it as soon as it serves`),
    )
    expect(code).toBe(5)
  })

  it('with a folder for a pid file', async () => {
    const { code, stderr } = await zerodown(['reload', '--pid-file', await tempDir()])
    expect(stderr).toMatch(/^zerodown: cannot read .* \(EISDIR.*\)\./)
    expect(code).toBe(5)
  })

  it.each(['', 'garbage', '-1', '0', '12 13', '1e3'])('with a pid file that holds %j', async (content) => {
    const pidFile = join(await tempDir(), 'server.pid')
    await writeFile(pidFile, `${content}\n`)
    const { code, stderr } = await zerodown(['reload', '--pid-file', pidFile])
    expect(stderr).toBe(`zerodown: ${pidFile} holds no pid. Is it the server's pidFile?\n`)
    expect(code).toBe(5)
  })

  it('to a process that has ended', async () => {
    const pidFile = join(await tempDir(), 'server.pid')
    const child = await bystander()
    child.kill('SIGKILL')
    await until(() => !isAlive(child.pid), 'its end')
    await writeFile(pidFile, `${child.pid}\n`)
    expect(await zerodown(['reload', '--pid-file', pidFile])).toEqual({
      code: 5,
      stdout: '',
      stderr: `zerodown: there is no process ${child.pid} (named by ${pidFile}). Start the server.\n`,
    })
    expect(await zerodown(['reload', String(child.pid)])).toMatchObject({
      code: 5,
      stderr: `zerodown: there is no process ${child.pid}. Start the server.\n`,
    })
  })

  it('to a process that the signal would end, such as one that got the pid of a server long gone', async () => {
    const child = await bystander()
    const { code, stderr } = await zerodown(['reload', String(child.pid)])
    expect(stderr).toBe(
      `zerodown: process ${child.pid} does not listen to SIGUSR2, which would end it; nothing was sent. ` +
        'Is it a server with zerodown, and does it listen already?\n',
    )
    expect(code).toBe(3)
    expect(isAlive(child.pid)).toBe(true)
  })

  it('to a process that is younger than the pid file, such as one that got the pid of a server long gone', async () => {
    const { server, pidFile } = await startKept()
    const yesterday = Date.now() / 1000 - 86_400
    await utimes(pidFile, yesterday, yesterday)

    const { code, stderr } = await zerodown(['reload', '--pid-file', pidFile])

    expect(stderr).toBe(
      `zerodown: process ${server.pid} is younger than ${pidFile}, which names it: the server has ended, and another process has ` +
        `its pid. Nothing was sent. Start the server; or, if that is the server, give its PID, ${server.pid}.\n`,
    )
    expect(code).toBe(5)
    expect(await zerodown(['reload', String(server.pid)])).toMatchObject({ code: 0 })
    await server.waitForGeneration(2)
    expect(server.announcements).toHaveLength(2)
  })

  it('to a process of somebody else', async () => {
    const { server } = await startKept()
    const privileged = process.geteuid?.() === 0
    // Without privileges there is no second user to be: the first process of the system has another one.
    const [pid, options] = privileged ? [server.pid, { uid: 65_534 }] : [1, {}]
    const { code, stderr } = await zerodown(['reload', String(pid)], options)
    expect(stderr).toMatch(
      privileged
        ? new RegExp(`^zerodown: not permitted to signal process ${pid}\\. Run this as the user .* or as root\\.\n$`)
        : /^zerodown: (not permitted to signal|process 1 does not listen)/,
    )
    expect(code).toBe(3)
    expect(server.announcements).toHaveLength(1)
  })
})

describe('zerodown reload PID', () => {
  it('sends the signal, and says that it cannot see the end', async () => {
    const server = await startServer('http')
    expect(await zerodown(['reload', String(server.pid)])).toEqual({
      code: 0,
      stdout: `Sent SIGUSR2 to process ${server.pid}. The server's log tells how the restart ends.\n`,
      stderr: '',
    })
    await server.waitForGeneration(2)
  })
})
