import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { startServer, tempDir } from '../support/index.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MODULES = join(ROOT, 'test', 'node_modules')

const README = await readFile(join(ROOT, 'README.md'), 'utf8')
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].filter(([, of]) => of === language).map(([, , code = '']) => code)

const programs = blocks(README, 'js').map((code) => ({ code, imports: / from '([^']+)'/.exec(code)?.[1] }))
const [goodLog = '', failedLog = ''] = blocks(README, '').filter((block) => block.startsWith('zerodown['))

/** The database of an example, which none of our tests has. */
const DATABASE = `export default { Pool: class { end() { console.log('the database is closed') } } }`

/** A folder from where the imports of the README resolve, with this program in it. */
async function fileOf(code: string): Promise<string> {
  const folder = await tempDir()
  await mkdir(join(folder, 'node_modules', 'pg'), { recursive: true })
  await writeFile(join(folder, 'node_modules', 'pg', 'index.mjs'), DATABASE)
  await writeFile(join(folder, 'node_modules', 'pg', 'package.json'), '{"exports":"./index.mjs"}')
  for (const name of await readdir(MODULES)) await symlink(join(MODULES, name), join(folder, 'node_modules', name))
  const file = join(folder, 'server.mjs')
  await writeFile(file, code.replace('8080', '0'))
  return file
}

async function start(file: string): Promise<{ server: ServerProcess; url: string }> {
  const server = await startServer(file, { cwd: join(file, '..'), ready: false })
  const [, port] = await server.waitForLog(/generation 1 listens on tcp:\S+:(\d+)/, { timeout: 40_000 })
  return { server, url: `http://localhost:${port}` }
}

const textOf = async (url: string): Promise<string> => (await fetch(url)).text()

/**
 * Waits until the old process has left.
 * @returns the pid of the new one
 */
async function restart(server: ServerProcess): Promise<number> {
  server.signal('SIGUSR2', server.pid)
  const [, pid] = await server.waitForLog(/generation 2 \(pid (\d+)\) has taken over/, { timeout: 40_000 })
  await server.waitForExit(server.pid)
  return Number(pid)
}

describe('the programs of the README', () => {
  it.each(programs.filter(({ imports }) => imports !== 'pg'))(
    'one that imports $imports restarts',
    async ({ code }) => {
      const { server, url } = await start(await fileOf(code))
      expect(await textOf(url)).toContain('generation 1')
      await restart(server)
      expect(await textOf(url)).toContain('generation 2')
    },
  )

  it.each(programs.filter(({ imports }) => imports === 'pg'))(
    'the one with streams and a database ends both',
    async ({ code }) => {
      const { server, url } = await start(await fileOf(code))
      const stream = await fetch(url)
      await restart(server)
      expect(await stream.text()).toBe('data: hello\n\n')
      await server.waitForLog(/^the database is closed/)
      await server.waitForLog(/drained: .* 0 cut/)
    },
  )
})

/** Of the lines of zerodown: what does not change from one run to the next. */
const saidIn = (lines: readonly string[]): string[] =>
  lines
    .filter((line) => line.startsWith('zerodown['))
    .map((line) => line.replace(/tcp:\S+/, 'tcp:ADDRESS').replaceAll(/\d+/g, 'N'))

it('the logs in the README are those of a restart and of one that fails', async () => {
  const file = await fileOf(programs[0]?.code ?? '')
  const { server } = await start(file)
  const pid = await restart(server)
  expect(saidIn(server.output.lines)).toEqual(expect.arrayContaining(saidIn(goodLog.split('\n'))))

  const from = server.output.lines.length
  await writeFile(file, `throw new Error('no such table: users')`)
  server.signal('SIGUSR2', pid)
  await server.waitForLog(/the restart failed/, { from })
  expect(saidIn(server.output.lines.slice(from))).toEqual(saidIn(failedLog.split('\n')))
})
