import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask, json, linesIn } from '../control/ask.ts'
import { startControlled } from '../control/controlled.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import { cleanUp } from '../support/clean-up.ts'
import { isAlive, tempDir, until } from '../support/index.ts'
import { zerodown } from './command.ts'

const UNANSWERED =
  /^zerodown: after 500 ms the process behind \S+ has not answered \(--timeout\): it hangs, or is busy\. If it has begun the (restart|shutdown), that goes on; else it does not begin it any more\. zerodown status and the log tell\.\n$/

/** Those who ask after the others are answered after them; the second one, when what they began has begun. */
async function nothingCame(control: string): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    const { state, lastRestart } = await json(control, '/status')
    expect({ state, lastRestart }).toEqual({ state: 'serving', lastRestart: undefined })
  }
}

describe('an order whose --timeout is over before the process has answered', () => {
  it('is taken back, which the command says, with 4: a server that goes on later does not carry it out', async () => {
    const { server, pidFile, control } = await startControlled()
    server.signal('SIGSTOP')
    cleanUp(() => isAlive(server.pid) && server.signal('SIGCONT', server.pid))
    for (const command of ['reload', 'stop']) {
      const { code, stderr } = await zerodown([command, '--pid-file', pidFile, '--timeout', '500'])
      expect(stderr).toMatch(UNANSWERED)
      expect(code).toBe(4)
    }
    server.signal('SIGCONT')
    await nothingCame(control)
    expect(server.announcements).toHaveLength(1)
    expect(linesIn(await ask(control, 'POST', '/restart')).at(-1)).toMatchObject({ event: 'done' })
  })

  it('is taken back under zerodown run as well', async () => {
    const control = join(await tempDir(), 'app.sock')
    const { server, workers } = await startSupervised('register/http.mjs', { slots: 1, flags: ['--control', control] })
    await until(async () => (await zerodown(['status', '--control', control])).code === 0, 'its control socket')
    const before = workers()
    process.kill(server.pid, 'SIGSTOP')
    cleanUp(() => isAlive(server.pid) && process.kill(server.pid, 'SIGCONT'))
    for (const command of ['reload', 'stop']) {
      expect(await zerodown([command, '--control', control, '--timeout', '500'])).toMatchObject({
        code: 4,
        stderr: expect.stringMatching(UNANSWERED),
      })
    }
    process.kill(server.pid, 'SIGCONT')
    await nothingCame(control)
    expect(workers()).toEqual(before)
  })

  it('with no time at all, says the same', async () => {
    const { pidFile } = await startControlled()
    const { code, stderr } = await zerodown(['reload', '--pid-file', pidFile, '--timeout', '0'])
    expect(stderr).toMatch(/^zerodown: after 0 ms [^\n]* \(--timeout\)[^\n]*\n$/)
    expect(code).toBe(4)
  })
})

describe('a command whose output nobody reads any more', () => {
  it('follows what it has ordered to the end, and has its exit code', async () => {
    const { server, pidFile } = await startControlled({ options: { probation: 300 } })
    const { code, stderr } = await unread(['reload', '--pid-file', pidFile])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    await server.waitForExit()
    expect(server.latest.generation).toBe(2)
  })

  it('ends where there is nothing else to do: status --watch', async () => {
    const { pidFile } = await startControlled()
    expect(await unread(['status', '--watch', '--pid-file', pidFile])).toEqual({ code: 0, stderr: '' })
  })
})

/** Runs it as `zerodown … | head -1` does. */
async function unread(args: string[]): Promise<{ code: number | null; stderr: string }> {
  const main = join(import.meta.dirname, '../../packages/zerodown/dist/cli/main.js')
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  cleanUp(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdout.once('data', () => child.stdout.destroy())
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stderr }
}
