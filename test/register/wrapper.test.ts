import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { FIXTURES, tempDir } from '../support/index.ts'
import { startRegistered } from './start.ts'

const TSX = join(dirname(createRequire(import.meta.url).resolve('tsx/package.json')), 'dist', 'cli.mjs')

it.each([
  ['tsx, which listens on a pipe of its own', TSX, 'http.ts'],
  ['a tool that looks for a free port and tells it', join(FIXTURES, 'register', 'starts.cjs'), 'http.cjs'],
])(
  'a program that is started by %s, both with NODE_OPTIONS: the program is the server',
  async (_, starter, program) => {
    const pidFile = join(await tempDir(), 'app.pid')
    const server = await startRegistered(starter, {
      args: [join(FIXTURES, 'register', program)],
      by: 'NODE_OPTIONS',
      env: { ZERODOWN_PID_FILE: pidFile },
    })
    const { pid } = server.latest
    expect(pid).not.toBe(server.pid)
    await server.waitForLog(new RegExp(`^zerodown\\[${pid}\\] register: took over tcp`))
    expect(Number(readFileSync(pidFile, 'utf8'))).toBe(pid)

    const successor = await server.restart()
    await server.waitForExit(pid)

    expect(Number(readFileSync(pidFile, 'utf8'))).toBe(successor.pid)
    expect(await getJson(server.target())).toEqual({ pid: successor.pid })
    // Of the starter nothing is said.
    expect(server.output.lines.filter((line) => line.startsWith(`zerodown[${server.pid}]`))).toEqual([])
  },
)
