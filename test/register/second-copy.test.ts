import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { FIXTURES, tempDir } from '../support/index.ts'
import { startRegistered } from './start.ts'

const CORE = fileURLToPath(new URL('../../packages/core', import.meta.url))
const PROGRAM = join(FIXTURES, 'second-copy.mjs')

/** As in another node_modules. */
async function copyOfCore(): Promise<string> {
  const folder = join(await tempDir(), 'core')
  await mkdir(folder)
  await cp(join(CORE, 'dist'), join(folder, 'dist'), { recursive: true })
  await cp(join(CORE, 'package.json'), join(folder, 'package.json'))
  return folder
}

it('a program that uses another copy of zerodown than is registered: one signal starts one successor', async () => {
  const copy = join(await copyOfCore(), 'dist', 'index.js')
  const server = await startRegistered(PROGRAM, { env: { COPY: copy } })
  const { pid } = await server.restart()

  await server.waitForExit(server.pid)
  expect(server.alive()).toEqual([pid])
  expect(server.latest).toMatchObject({ listening: server.announcements[0]?.listening, copy: 2 })
  expect(await getJson(server.target())).toEqual({ pid })
  // What is said to the second counts for the first; and it is said once in each process that there are two.
  await server.waitForLog(new RegExp(`^hook of ${server.pid}`))
  const said = server.output.lines.filter((line) => line.includes('has loaded zerodown twice'))
  expect(said.map((line) => line.slice(0, line.indexOf(']') + 1))).toEqual([
    `zerodown[${server.pid}]`,
    `zerodown[${pid}]`,
  ])
})

it('a program that uses a version that does not understand the registered one: it leaves its servers to that, and says so', async () => {
  const folder = await copyOfCore()
  const file = join(folder, 'dist', 'bundle-first-copy.js')
  const source = await readFile(file, 'utf8')
  expect(source).toContain('CONTRACT = 1')
  await writeFile(file, source.replace('CONTRACT = 1', 'CONTRACT = 2'))
  const server = await startRegistered(PROGRAM, { env: { COPY: join(folder, 'dist', 'index.js') } })
  await server.waitForLog(/warning: another version of zerodown is in charge .* leaves its servers alone/)
  const { pid } = await server.restart()
  await server.waitForExit(server.pid)
  expect(server.alive()).toEqual([pid])
  expect(await getJson(server.target())).toEqual({ pid })
})
