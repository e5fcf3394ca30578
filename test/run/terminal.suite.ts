import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { zerodown } from '../cli/command.ts'
import type { ServerProcess } from '../support/index.ts'
import { FIXTURES, isAlive, startServer, tempDir, until } from '../support/index.ts'
import { CLI } from './stage/supervised.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

const hasTmux = spawnSync('tmux', ['-V']).status === 0
if (!hasTmux) console.warn('skipped: terminals (there is no tmux)')

interface InTmux {
  readonly server: ServerProcess
  readonly pid: number
  readonly pidFile: string
  tmux(...args: string[]): void
  get(path: string): Promise<string>
}

/** In a terminal that nobody looks at. What is printed there stays there. */
async function startInTmux(): Promise<InTmux> {
  const folder = await tempDir()
  const [pidFile, socketPath, session] = ['app.pid', 'app.sock', 'tmux'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const run = ['exec', NODE, CLI, 'run', '-w', '2', '--probation', '0', '--pid-file', pidFile, 'register/http.mjs']
  const server = await startServer('register/http.mjs', {
    node: 'sh',
    nodeArgs: ['-c', `exec tmux -S ${session} -f /dev/null new-session -d "${run.join(' ')}"`],
    cwd: FIXTURES,
    address: `unix:${socketPath}`,
    ready: false,
  })
  const pid = await until(() => Number(readFileSync(pidFile, 'utf8')), 'the pid file', 40_000)
  return {
    server,
    pid,
    pidFile,
    tmux: (...args) => void execFileSync('tmux', ['-S', session, ...args]),
    get: (path) =>
      new Promise((resolve, reject) => {
        const sent = request({ socketPath, path }, (response) => void text(response).then(resolve, reject))
        sent.on('error', reject).end()
      }),
  }
}

describe.runIf(hasTmux)('zerodown run in tmux', () => {
  it('restarts; its terminal stays, and Ctrl-C there drains and ends all', async () => {
    const { server, pid, pidFile, tmux, get } = await startInTmux()
    expect(await zerodown(['reload', '--pid-file', pidFile])).toMatchObject({ code: 0 })
    expect(await zerodown(['reload', '--pid-file', pidFile])).toMatchObject({ code: 0 })
    expect(isAlive(pid)).toBe(true)
    const [first] = await Promise.all([get('/stream?chunks=4&ms=400'), get('/').then(() => tmux('send-keys', 'C-c'))])
    expect(first).toMatch(/chunk 4 of 4\n$/)
    await until(
      () => server.alive().length === 0,
      () => `the end of ${server.alive().join()}`,
    )
  })

  it('ends without a drain when its terminal is closed', async () => {
    const { server, tmux, get } = await startInTmux()
    const lost = get('/stream?chunks=2&ms=20000').catch((error: NodeJS.ErrnoException) => error.code)
    await get('/')
    tmux('kill-session')
    expect(await lost).toBe('ECONNRESET')
    await until(
      () => server.alive().length === 0,
      () => `the end of ${server.alive().join()}`,
    )
  })
})
