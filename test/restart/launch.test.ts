import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FIXTURES, isAlive, startServer, tempDir } from '../support/index.ts'
import type { ServerProcess } from '../support/index.ts'
import { getJson } from './get.ts'
import { restartAndSettle } from './settle.ts'

const SCRIPT = join(FIXTURES, 'self.mjs')

interface Self {
  argv: string[]
  argv0: string
  execArgv: string[]
  execPath: string
  cwd: string
  pid: number
  title: string
  env: Record<string, string>
}

it('starts the successor as it was started itself: Node’s options, script, arguments, folder', async () => {
  const server = await startServer('self', {
    nodeArgs: ['--no-deprecation', '--max-old-space-size=200', '--title=named'],
    args: ['--port', '', 'of call', '--', 'ünïcode'],
    cwd: await tempDir(),
  })
  const { pid, ...original } = await selfOf(server)
  expect(original).toMatchObject({ execArgv: ['--no-deprecation', '--max-old-space-size=200', '--title=named'] })
  expect(original.argv.slice(2)).toEqual(['--port', '', 'of call', '--', 'ünïcode'])

  for (const generation of [2, 3]) {
    await restartAndSettle(server)
    expect(await selfOf(server)).toEqual({ ...original, pid: server.current(), generation })
  }
  expect(server.current()).not.toBe(pid)
})

it.each([{ args: [] }, { args: ['one', 'two'] }])(
  'is not put out by a process title set at the start: $args',
  async ({ args }) => {
    const server = await startServer('early-title', { args })
    const original = await selfOf(server)
    expect(original.title).toBe('renamed early')
    await restartAndSettle(server)
    const successor = await selfOf(server)
    expect(successor.argv).toEqual(original.argv)
    expect(successor.execArgv).toEqual(original.execArgv)
    await restartAndSettle(server)
    expect((await selfOf(server)).argv).toEqual(original.argv)
  },
)

it('starts the arguments of launch.args', async () => {
  const args = ['--no-warnings', SCRIPT, 'other', 'arguments']
  const server = await startServer('self', { options: { launch: { args } }, args: ['first'] })
  await restartAndSettle(server)
  const { argv, execArgv } = await selfOf(server)
  expect({ argv: argv.slice(2), execArgv }).toEqual({ argv: ['other', 'arguments'], execArgv: ['--no-warnings'] })
})

it('starts in the folder of launch.cwd', async () => {
  const folder = await tempDir()
  const server = await startServer('self', { options: { launch: { cwd: folder } } })
  expect((await selfOf(server)).cwd).toBe(FIXTURES)
  for (const _ of [2, 3]) {
    await restartAndSettle(server)
    const { cwd, env } = await selfOf(server)
    expect({ cwd, PWD: env['PWD'] }).toEqual({ cwd: folder, PWD: folder })
  }
})

it('takes a relative launch.cwd from where the first process was started, however often it restarts', async () => {
  const folder = await tempDir()
  await mkdir(join(folder, 'app'))
  const server = await startServer('self', { cwd: folder, options: { launch: { cwd: 'app' } } })
  for (const _ of [2, 3]) {
    await restartAndSettle(server)
    expect((await selfOf(server)).cwd).toBe(join(folder, 'app'))
  }
})

it.each([
  ['becomes Node', 'exec "$NODE" "$@"'],
  ['waits for Node', '"$NODE" "$@"; exit $?'],
])('starts the program of launch.execPath: a script that %s', async (_, command) => {
  const wrapper = join(await tempDir(), 'wrapper')
  await writeFile(wrapper, `#!/bin/sh\necho wrapped\n${command}\n`)
  await chmod(wrapper, 0o755)
  const server = await startServer('control', {
    options: { launch: { execPath: wrapper } },
    env: { NODE: process.env['ZERODOWN_TEST_NODE'] ?? process.execPath },
  })

  const [outcome] = await getJson<{ pid: number; generation: number }[]>(server.target(), '/restart')
  const { pid, generation } = await server.waitForGeneration(2)
  await server.waitForLog(/^wrapped$/)
  // Not the pid of the script, which may be another's: that of the process that serves.
  expect(outcome).toEqual({ pid, generation })
  await server.waitForExit()
  expect(await getJson(server.target())).toEqual({ pid, generation: 2 })

  const [next] = await getJson<{ pid: number; generation: number }[]>(server.target(), '/restart')
  expect(next).toMatchObject({ generation: 3 })
  await server.waitForExit(pid)
  expect(isAlive(server.current())).toBe(true)
})

async function selfOf(server: ServerProcess): Promise<Self> {
  return getJson<Self>(server.target(), '/self')
}
