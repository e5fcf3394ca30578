import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, afterEach, describe, expect, it, vi } from 'vitest'
import { isAlive, listProcesses, tempDir, until } from '../../../../../test/support/index.ts'
import { StandIn, notifySystemd } from '../../../src/process/main-pid/systemd.ts'
import { NODE, programIn } from '../../support/programs.ts'

/** A `systemd-notify` first in PATH, which does as the script says. */
async function fakeNotify(script: string): Promise<string> {
  const folder = await tempDir()
  const file = join(folder, 'systemd-notify')
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
  return folder
}

afterEach(() => vi.unstubAllEnvs())

describe('systemd', () => {
  it('is told through systemd-notify, one variable a word', async () => {
    const folder = await fakeNotify('printf "%s\\n" "$#" "$@" "$NOTIFY_SOCKET" >"$(dirname "$0")/told"')
    vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify')
    expect(await notifySystemd('READY=1', 'MAINPID=42')).toBeUndefined()
    expect(await readFile(join(folder, 'told'), 'utf8')).toBe('2\nREADY=1\nMAINPID=42\n/run/systemd/notify\n')
  })

  it.each(['', undefined])('is left alone where it did not start this process (NOTIFY_SOCKET=%j)', async (socket) => {
    const folder = await fakeNotify('touch "$(dirname "$0")/told"')
    vi.stubEnv('NOTIFY_SOCKET', socket)
    expect(await notifySystemd('READY=1')).toBeUndefined()
    await expect(readFile(join(folder, 'told'))).rejects.toThrow('ENOENT')
  })

  it('that cannot be told is a reason, and no error', async () => {
    await fakeNotify('echo "no such socket" >&2; exit 1')
    vi.stubEnv('NOTIFY_SOCKET', '/nowhere')
    expect(await notifySystemd('READY=1')).toMatchObject({ message: expect.stringContaining('no such socket') })
    vi.stubEnv('PATH', '/nonexistent')
    expect(await notifySystemd('READY=1')).toMatchObject({ code: 'ENOENT' })
    // Some reasons are thrown, as it is where there is no memory.
    expect(await notifySystemd('READY=\0')).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
  })
})

describe('systemd looks again at a process that has become its child', () => {
  const NOBODY = 999_999_999
  const OURS = `MAINPID=${process.pid}`

  /** A `systemd-notify` that writes down what it is to say, and then does as the script says. */
  async function recordingNotify(script = ''): Promise<() => Promise<string[]>> {
    const folder = await fakeNotify(`echo "$*" >>"$(dirname "$0")/told"\n${script}`)
    vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify')
    return async () => (await readFile(join(folder, 'told'), 'utf8')).trim().split('\n')
  }

  const children = (): number[] =>
    listProcesses()
      .filter(({ pid, parent }) => parent === process.pid && isAlive(pid))
      .map(({ pid }) => pid)

  /** See proc(5): a mask in hexadecimal, bit n - 1 for signal n. */
  const ignores = (pid: number, signal: NodeJS.Signals): boolean => {
    const mask = /^SigIgn:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n
  }

  const becomeChild = (predecessor: number, signals: NodeJS.Signals[]): Promise<Error | undefined> | undefined =>
    StandIn.start(signals)?.becomeChildOfSystemd(predecessor)

  it('when another pid is announced, that of a live process, and then its own again', async () => {
    const told = await recordingNotify('kill -0 "${1#MAINPID=}"')
    expect(await becomeChild(NOBODY, ['SIGUSR2'])).toBeUndefined()
    const [other, ours, ...more] = await told()
    expect([ours, more]).toEqual([OURS, []])
    expect(other).toMatch(/^MAINPID=\d+$/)
    expect(other).not.toBe(OURS)
  })

  it('and what is sent to that other process meanwhile is passed on', async () => {
    await recordingNotify(`[ "$*" = ${OURS} ] || kill -USR2 "\${1#MAINPID=}"`)
    const came = once(process, 'SIGUSR2')
    expect(await becomeChild(NOBODY, ['SIGUSR2', 'SIGTERM'])).toBeUndefined()
    await came
  })

  it('and so is what comes a moment later, from one who had asked for the pid before', async () => {
    const told = await recordingNotify()
    expect(await becomeChild(NOBODY, ['SIGUSR2'])).toBeUndefined()
    const [other] = await told()
    const came = once(process, 'SIGUSR2')
    process.kill(Number(other?.slice('MAINPID='.length)), 'SIGUSR2')
    await came
  })

  it('but nothing that comes before, to every process of the unit', async () => {
    const told = await recordingNotify()
    const standIn = StandIn.start(['SIGUSR2'])
    const [shell] = await until(() => (children().length === 1 ? children() : undefined), 'the shell')
    // By then it knows which signals are not for it.
    await until(() => ignores(shell as number, 'SIGUSR2'), 'the shell to be prepared')
    const came = vi.fn<() => void>()
    process.once('SIGUSR2', came)
    process.kill(shell as number, 'SIGUSR2')
    expect(await standIn?.becomeChildOfSystemd(NOBODY)).toBeUndefined()
    expect(await told()).toEqual([`MAINPID=${shell}`, OURS])
    expect(came).not.toHaveBeenCalled()
    process.off('SIGUSR2', came)
  })

  it('and its own pid is announced until systemd has heard it', async () => {
    const told = await recordingNotify(`[ "$*" != ${OURS} ] || [ "$(grep -c ${OURS} "$(dirname "$0")/told")" = 2 ]`)
    expect(await becomeChild(NOBODY, ['SIGUSR2'])).toBeUndefined()
    expect((await told()).slice(1)).toEqual([OURS, OURS])
  })

  it('and nothing is announced again where the first announcement failed', async () => {
    const told = await recordingNotify('exit 1')
    expect(await becomeChild(NOBODY, ['SIGUSR2'])).toBeInstanceOf(Error)
    expect(await told()).toHaveLength(1)
  })

  it('but not while its parent is still there', async () => {
    const folder = await fakeNotify('touch "$(dirname "$0")/told"')
    vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify')
    expect(await becomeChild(process.ppid, ['SIGUSR2'])).toBeUndefined()
    await expect(readFile(join(folder, 'told'))).rejects.toThrow('ENOENT')
  })

  it('nor where somebody else is in charge by then', async () => {
    const folder = await fakeNotify('touch "$(dirname "$0")/told"')
    vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify')
    StandIn.start(['SIGUSR2'])?.dismiss()
    await until(() => children().length === 0, 'the end of the shell')
    await expect(readFile(join(folder, 'told'))).rejects.toThrow('ENOENT')
  })

  it('and where no shell can be started, that is a reason and no error', async () => {
    await recordingNotify()
    const signals = ['SIG\0'] as string[] as NodeJS.Signals[]
    expect(await becomeChild(NOBODY, signals)).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    vi.stubEnv('PATH', '/nonexistent')
    expect(await becomeChild(NOBODY, ['SIGUSR2'])).toMatchObject({ code: 'ENOENT' })
  })

  it('and the shell does not outlive the process that it speaks for', async () => {
    const told = await recordingNotify(`[ "$(wc -l <"$(dirname "$0")/told")" = 1 ]`)
    const program = `
      import { StandIn } from '#dist/process/main-pid/systemd.js'
      void StandIn.start([]).becomeChildOfSystemd(${NOBODY})
      setTimeout(() => {}, 60_000)`
    const child = spawn(NODE, [await programIn(await tempDir(), program)], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await until(async () => (await told()).includes(`MAINPID=${child.pid}`), 'the second announcement')
    // Whoever holds its stdout lives.
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    await closed
  })
})
