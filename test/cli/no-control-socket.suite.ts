import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startControlled } from '../control/controlled.ts'
import { cleanUp } from '../support/clean-up.ts'
import { isAlive, tempDir } from '../support/index.ts'
import { zerodown } from './command.ts'

const COMMANDS = ['status', 'reload', 'stop', 'doctor']

/** A unix socket of an application's own. */
async function application(answer: RequestListener): Promise<string> {
  const path = join(await tempDir(), 'app.sock')
  const server = createServer(answer).listen(path)
  cleanUp(() => server.close())
  await once(server, 'listening')
  return path
}

describe('a command whose socket or pid file is an empty word, as a variable that is not set makes it', () => {
  it.each(COMMANDS)('is not understood, and goes nowhere: %s', async (command) => {
    for (const option of ['--control', '--pid-file']) {
      expect(await zerodown([command, option, ''])).toMatchObject({
        code: 2,
        stderr: `zerodown: ${option}: wants a path, got ''. Is a variable not set?\nSee: zerodown ${command} --help\n`,
      })
    }
  })

  it('in the environment counts as not given', async () => {
    const { pidFile } = await startControlled()
    const [cwd, empty] = [join(pidFile, '..'), { ZERODOWN_CONTROL: '', ZERODOWN_PID_FILE: '' }]
    expect(await zerodown(['status'], { cwd, env: empty })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^zerodown: which server\?/),
    })
    expect(await zerodown(['status'], { cwd, env: { ...empty, ZERODOWN_PID_FILE: pidFile } })).toMatchObject({
      code: 0,
    })
    await writeFile(join(cwd, 'package.json'), JSON.stringify({ zerodown: { pidFile: 'app.pid' } }))
    expect(await zerodown(['status'], { cwd, env: empty })).toMatchObject({ code: 0 })
  })
})

describe('a unix socket of the application itself', () => {
  it.each<[string, RequestListener]>([
    [
      'answers JSON of its own',
      (_, response) => void response.setHeader('content-type', 'application/json').end('{"ok":true}'),
    ],
    ['answers null', (_, response) => void response.setHeader('content-type', 'application/json').end('null')],
    [
      'refuses in words of its own',
      (_, response) => void response.writeHead(409, { 'content-type': 'application/json' }).end('{"message":"no"}'),
    ],
    [
      'never ends its answer',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':'),
    ],
  ])('which %s is taken for no control socket by any command', async (_, answer) => {
    const path = await application(answer)
    for (const command of COMMANDS) {
      expect(await zerodown([command, '--control', path])).toEqual({
        code: 3,
        stdout: '',
        stderr: `zerodown: what listens on ${path} is no control socket of zerodown.\n`,
      })
    }
  })
})

describe('a control socket with as many clients as it takes', () => {
  it('has each command say so: the process lives, and nothing has happened', async () => {
    const { server, pidFile, control } = await startControlled()
    const silent = Array.from({ length: 64 }, (): Socket => connect(control))
    cleanUp(() => silent.forEach((client) => client.destroy()))
    await Promise.all(
      silent.map((client) =>
        once(
          client.on('error', () => {}),
          'connect',
        ),
      ),
    )
    for (const command of COMMANDS) {
      const { code, stderr } = await zerodown([command, '--pid-file', pidFile])
      expect(stderr).toMatch(`zerodown: the process behind ${control} lives, and takes no more clients: `)
      expect(code).toBe(3)
    }
    expect(isAlive(server.pid)).toBe(true)
    expect(server.announcements).toHaveLength(1)
  })
})

describe('a path that can be no socket', () => {
  it.each([
    ['is too long for one', `${'long'.repeat(30)}.pid`],
    ['leads through a file', join('file', 'app.pid')],
  ])('and %s: nobody is there', async (_, name) => {
    const folder = await tempDir()
    await writeFile(join(folder, 'file'), '')
    for (const command of COMMANDS) {
      const said = await zerodown([command, '--control', join(folder, name)])
      expect(said).toMatchObject({ code: 5, stderr: expect.stringMatching(/^zerodown: nobody listens on [^\n]*\n$/) })
      const kept = await zerodown([command, '--pid-file', join(folder, name)])
      expect(kept).toMatchObject({
        code: 5,
        stderr: expect.stringMatching(/^zerodown: (nobody is there|cannot read)[^\n]*\n$/),
      })
    }
  })
})
