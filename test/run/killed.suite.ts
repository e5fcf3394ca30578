import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { zerodown } from '../cli/command.ts'
import { hold } from '../faults/stage/held.ts'
import { tempDir, until } from '../support/index.ts'
import { isPending } from '../support/process-status.ts'
import { startSupervised } from './stage/supervised.ts'

const killed = (why: string): object => ({
  event: 'failed',
  code: 'ERR_ZERODOWN_KILLED',
  message: `${why}. All has ended.`,
})

const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1) ?? '')

describe('zerodown stop says with ERR_ZERODOWN_KILLED, and exit code 1,', () => {
  it('that a worker did not end in time', async () => {
    const control = join(await tempDir(), 'control')
    const { server, workers } = await startSupervised('register/http.mjs', {
      slots: 2,
      flags: ['--control', control, '--drain-timeout', '100'],
    })
    const [stuck = 0] = workers()
    server.signal('SIGSTOP', stuck)
    const { code, stdout, stderr } = await zerodown(['stop', '--control', control, '--json'])
    expect(lastLine(stdout)).toMatchObject(killed('workers did not end in time and were killed'))
    expect(stderr).toBe('zerodown: workers did not end in time and were killed. All has ended.\n')
    expect(code).toBe(1)
    expect(await server.waitForExit()).toBe(1)
    await server.waitForLog(/error: workers did not end in time, and are killed/)
    expect(server.alive()).toEqual([])
  })

  it('that a second SIGINT has ended all at once', async () => {
    const control = join(await tempDir(), 'control')
    const { server, target } = await startSupervised('register/http.mjs', { slots: 2, flags: ['--control', control] })
    const held = await hold(target())
    const stopped = zerodown(['stop', '--control', control, '--json'])
    await server.waitForLog(/^zerodown\[\d+\] shutting down$/, { timeout: 40_000 })
    server.signal('SIGINT', server.pid)
    await until(() => !isPending(server.pid, constants.signals.SIGINT), 'the first SIGINT to be taken')
    server.signal('SIGINT', server.pid)
    const { code, stdout } = await stopped
    expect(lastLine(stdout)).toMatchObject(killed('the supervisor was interrupted'))
    expect(code).toBe(1)
    expect(await server.waitForExit()).toBe(130)
    await held.cut
  })

  it('that a worker was killed before it had drained', async () => {
    const control = join(await tempDir(), 'control')
    const { server, target, workers } = await startSupervised('register/http.mjs', {
      slots: 1,
      flags: ['--control', control],
    })
    const held = await hold(target())
    const [victim = 0] = workers()
    const stopped = zerodown(['stop', '--control', control, '--json'])
    await server.waitForLog(new RegExp(`zerodown\\[${victim}\\] shutting down$`), { timeout: 40_000 })
    process.kill(victim, 'SIGKILL')
    const { code, stdout } = await stopped
    expect(lastLine(stdout)).toMatchObject(killed('slot 1 was ended by SIGKILL before it had drained'))
    expect(code).toBe(1)
    expect(await server.waitForExit()).toBe(1)
    await held.cut
  })
})
