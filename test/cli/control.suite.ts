import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { json } from '../control/ask.ts'
import { startControlled } from '../control/controlled.ts'
import { hold } from '../faults/stage/held.ts'
import { cleanUp } from '../support/clean-up.ts'
import { startServer, tempDir, until } from '../support/index.ts'
import { zerodown } from './command.ts'

describe('zerodown reload, where there is a control socket', () => {
  it('tells what happens, in lines, and restarts under load without a loss', async () => {
    const { server, pidFile, control } = await startControlled()
    const load = startLoad({ target: server.target(), workers: [{ kind: 'keepAlive', connections: 4 }] })
    cleanUp(() => load.stop(0))
    const { code, stdout, stderr } = await zerodown(['reload', '--pid-file', pidFile])
    const { pid } = await server.waitForGeneration(2)
    expect(stdout).toMatch(
      new RegExp(
        String.raw`^launching generation 2
generation 2 \(pid ${pid}\) is ready in [\d.]+ m?s
generation 2 \(pid ${pid}\) is in charge
drained in [\d.]+ m?s: \d+ finished, \d+ handed over, \d+ closed idle, 0 cut
restarted into generation 2 \(pid ${pid}\) in [\d.]+ m?s
$`,
      ),
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const again = await zerodown(['reload', '--control', control, '--json'])
    const lines = again.stdout.trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toContain('committed')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ event: 'done', generations: [{ generation: 3 }] })
    expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0 })
  })

  it.each<[string, string, RegExp, Record<string, unknown>?]>([
    ['exits', 'exit1', /exited with code 1 before it was ready/],
    ['exits as if all was well', 'exit0', /exited with code 0 before it was ready/],
    ['throws', 'throw', /It said: .*a fault was asked for/],
    ['is killed', 'kill', /was ended by SIGKILL before it was ready/],
    ['never listens', 'hang', /was not ready within 1000 ms \(readyTimeout\)/, { readyTimeout: 1000 }],
    ['closes its channel', 'end-channel', /closed the channel to this process/],
    ['dies in its probation', 'die-in-probation:50', /exited with code 1 in its probation/],
    ['is killed in its probation', 'kill-in-probation:50', /was ended by SIGKILL in its probation/],
  ])('says at once that a release %s', async (_, fault, why, options = {}) => {
    const { server, pidFile, fault: failing } = await startControlled({ options: { probation: 5000, ...options } })
    await failing(fault)
    const { code, stderr } = await zerodown(['reload', '--pid-file', pidFile])
    expect(stderr).toMatch(why)
    expect(stderr).toMatch(/^zerodown: the restart failed: .*This process serves on as before/)
    expect(code).toBe(1)
    expect(server.current()).toBe(server.pid)
  })

  it('follows a restart that is queued behind another one, into another process', async () => {
    const { server, pidFile, control, fault } = await startControlled()
    await fault('wait-for-hangup')
    server.signal('SIGUSR2')
    const [, second] = await server.waitForLog(/restarting: generation 2 is process (\d+)/)
    await server.waitForLog(/waiting for SIGHUP/)
    await fault('')
    const reloaded = zerodown(['reload', '--pid-file', pidFile])
    await until(
      async () => (await json(control, '/status'))['restartQueued'] === true,
      'the restart that is queued',
      40_000,
    )
    server.signal('SIGHUP', Number(second))
    const { code, stdout } = await reloaded
    expect(stdout).toMatch(/^another restart is under way; this one follows\n/)
    expect(stdout).toMatch(/\nrestarted into generation 3 \(pid \d+\) in [\d.]+ m?s\n$/)
    expect(code).toBe(0)
  })

  it('says that it waits where too many processes live', async () => {
    const { server, pidFile } = await startControlled({ options: { maxGenerations: 2 } })
    const { finish } = await hold(server.target())
    server.signal('SIGUSR2')
    await server.waitForLog(/has taken over/)
    const reloaded = zerodown(['reload', '--pid-file', pidFile])
    await server.waitForLog(/waiting for the oldest to finish/)
    await finish()
    const { code, stdout } = await reloaded
    expect(stdout).toMatch(
      /^launching generation 3\ntoo many processes live: waiting for the oldest to finish, for 10.0 s at most\ngeneration 3/,
    )
    expect(code).toBe(0)
  })

  it('says what a shutdown makes of a restart, and that nobody is there after that', async () => {
    const { server, pidFile, control } = await startControlled({ options: { probation: 60_000 } })
    const reloaded = zerodown(['reload', '--pid-file', pidFile])
    await server.waitForGeneration(2)
    server.signal('SIGTERM', server.pid)
    expect(await reloaded).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^zerodown: the restart was given up: this process shuts down\.\n$/),
    })
    await server.waitForExit()
    expect(await zerodown(['reload', '--control', control])).toMatchObject({ code: 5 })
    expect(await zerodown(['reload', '--pid-file', pidFile])).toMatchObject({ code: 5 })
  })

  it('is refused while the server ends, with the reason', async () => {
    const { server, pidFile } = await startControlled()
    const held = await hold(server.target())
    server.signal('SIGTERM')
    await server.waitForLog(/shutting down/)
    expect(await zerodown(['reload', '--pid-file', pidFile])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'zerodown: cannot restart: this process is shutting down.\n',
    })
    await held.finish()
  })

  it('does not wait longer than it is told to, and the restart goes on', async () => {
    const { server, pidFile, fault } = await startControlled()
    await fault('wait-for-hangup')
    const { code, stderr } = await zerodown(['reload', '--pid-file', pidFile, '--timeout', '3000'])
    expect(stderr).toMatch(/^zerodown: after 3000 ms the restart is not over/)
    expect(code).toBe(4)
    const [, second] = await server.waitForLog(/restarting: generation 2 is process (\d+)/)
    await server.waitForLog(/waiting for SIGHUP/)
    server.signal('SIGHUP', Number(second))
    await server.waitForExit()
    expect(server.latest.generation).toBe(2)
  })

  it('says that the old process was killed, and who serves then', async () => {
    const { server, pidFile } = await startControlled({ options: { probation: 60_000 } })
    const reloaded = zerodown(['reload', '--pid-file', pidFile])
    await server.waitForGeneration(2)
    server.signal('SIGKILL', server.pid)
    const { code, stdout } = await reloaded
    expect(stdout).toMatch(/restarted into generation 2/)
    expect(code).toBe(0)
  })

  it('says that a process hangs which does not answer', async () => {
    const { server, pidFile } = await startControlled()
    server.signal('SIGSTOP')
    cleanUp(() => server.signal('SIGCONT', server.pid))
    expect(await zerodown(['reload', '--pid-file', pidFile])).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^zerodown: nobody answers at .*: the process behind it hangs\./),
    })
  })

  it('finds the server by the configuration of the folder, or the environment', async () => {
    const { server, pidFile, control } = await startControlled()
    const folder = join(pidFile, '..')
    expect(await zerodown(['status'], { cwd: folder })).toMatchObject({ code: 2 })
    await writeFile(join(folder, 'package.json'), JSON.stringify({ zerodown: { pidFile: 'app.pid' } }))
    expect(await zerodown(['reload'], { cwd: folder })).toMatchObject({ code: 0 })
    await server.waitForGeneration(2)
    const variable = { ZERODOWN_CONTROL: control }
    expect(await zerodown(['status', '--json'], { env: variable })).toMatchObject({ code: 0 })
  })

  it('refuses what is no control socket', async () => {
    const path = join(await tempDir(), 'other.sock')
    const other = createServer((_, response) => response.end('hello')).listen(path)
    cleanUp(() => other.close())
    await once(other, 'listening')
    expect(await zerodown(['status', '--control', path])).toMatchObject({
      code: 3,
      stderr: `zerodown: what listens on ${path} is no control socket of zerodown.\n`,
    })
  })
})

describe('zerodown status', () => {
  it('prints a table, or JSON, of all that run', async () => {
    const { server, pidFile } = await startControlled()
    const held = await hold(server.target())
    const { stdout, code } = await zerodown(['status', '--pid-file', pidFile])
    expect(stdout).toMatch(/^serving: one process, tcp:127\.0\.0\.1:\d+\n/)
    expect(stdout).toMatch(/^generation +pid +state +age +requests +connections +idle +memory *$/m)
    expect(stdout).toMatch(new RegExp(`^1 +${server.pid} +serving +[\\d.]+ m?s +1 +1 +0 +\\d+ MB *$`, 'm'))
    expect(code).toBe(0)
    const asJson = await zerodown(['status', '--pid-file', pidFile, '--json'])
    expect(JSON.parse(asJson.stdout)).toMatchObject({ state: 'serving', processes: [{ requests: 1 }] })
    await held.finish()
  })

  it('with --watch goes on until it is interrupted', async () => {
    const { pidFile } = await startControlled()
    const main = join(import.meta.dirname, '../../packages/zerodown/dist/cli/main.js')
    const child = spawn(process.execPath, [main, 'status', '--watch', '--json', '--pid-file', pidFile])
    cleanUp(() => child.kill('SIGKILL'))
    let lines = 0
    child.stdout.on('data', (chunk: Buffer) => (lines += chunk.toString().split('\n').length - 1))
    await until(() => lines >= 2, 'two lines')
    child.kill('SIGINT')
    await once(child, 'exit')
  })
})

describe('zerodown stop', () => {
  it('drains and ends a server, and waits for that', async () => {
    const { server, pidFile, control } = await startControlled()
    const held = await hold(server.target())
    const stopped = zerodown(['stop', '--pid-file', pidFile])
    await server.waitForLog(/shutting down/, { timeout: 40_000 })
    await held.finish()
    expect(await stopped).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^drained in [\d.]+ m?s: 1 finished, 0 handed over, .*\nended in [\d.]+ m?s\n$/),
    })
    await server.waitForExit()
    expect(existsSync(control)).toBe(false)
    expect(await zerodown(['stop', '--pid-file', pidFile])).toMatchObject({ code: 5 })
  })

  it('does so by a signal where there is no control socket', async () => {
    const server = await startServer('http')
    expect(await zerodown(['stop', String(server.pid)])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^process ${server.pid} has ended in `)),
    })
    expect(await server.waitForExit()).toBe(0)
  })
})

describe('zerodown doctor', () => {
  it('has nothing to say of a server that can restart', async () => {
    const { server, pidFile } = await startControlled()
    const { code, stdout } = await zerodown(['doctor', '--pid-file', pidFile, '--json'])
    const { pid, findings } = JSON.parse(stdout) as { pid: number; findings: { weight: string; what: string }[] }
    expect(pid).toBe(server.pid)
    expect(findings.filter(({ weight }) => weight === 'blocks')).toEqual([])
    expect(code).toBe(0)
  })

  it('says what blocks a restart, and what weakens it', async () => {
    const { server, pidFile } = await startControlled({ env: { pm_id: '0' } })
    const { code, stdout } = await zerodown(['doctor', '--pid-file', pidFile])
    expect(stdout).toMatch(
      new RegExp(`✗ blocks: pm2 has started process ${server.pid}, .*\n  Have pm2 start zerodown run`),
    )
    expect(code).toBe(1)
  })

  it('tells what a failed restart came to, and that nobody can see one without a control socket', async () => {
    const { pidFile, fault } = await startControlled()
    await fault('exit1')
    await zerodown(['reload', '--pid-file', pidFile])
    expect((await zerodown(['doctor', '--pid-file', pidFile])).stdout).toMatch(/! weakens: the last restart failed: /)
    const bare = await startServer('http')
    expect((await zerodown(['doctor', String(bare.pid)])).stdout).toMatch(
      /! weakens: process \d+ has no control socket/,
    )
  })
})
