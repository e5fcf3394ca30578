import { cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { Reader } from '../streams/stage/reader.ts'
import { FIXTURES, restartAndLeave, tempDir } from '../support/index.ts'
import { openClients } from '../ws/stage/server.ts'
import { startRegistered } from './start.ts'

const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url))
const CORE = join(PACKAGES, 'core')
const PROGRAM = join(FIXTURES, 'second-copy.mjs')

async function copyPackage(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  await cp(join(from, 'dist'), join(to, 'dist'), { recursive: true })
  await cp(join(from, 'package.json'), join(to, 'package.json'))
}

/** As in another node_modules. */
async function copyOfCore(): Promise<string> {
  const folder = join(await tempDir(), 'core')
  await copyPackage(CORE, folder)
  return folder
}

/** A fixture in a folder with copies of all packages, and none of those that are registered. @returns its path */
async function installed(fixture: string): Promise<string> {
  const folder = await tempDir()
  const modules = join(folder, 'node_modules')
  for (const name of await readdir(PACKAGES)) {
    const from = join(PACKAGES, name)
    const { name: known } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as { name: string }
    await copyPackage(from, join(modules, known))
  }
  await symlink(join(dirname(FIXTURES), 'node_modules', 'ws'), join(modules, 'ws'))
  await symlink(join(PACKAGES, 'fastify', 'node_modules', 'fastify-plugin'), join(modules, 'fastify-plugin'))
  await cp(FIXTURES, join(folder, 'fixtures'), { recursive: true })
  return join(folder, 'fixtures', fixture)
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

it('WebSockets and event streams of a program with another copy move, and the old process leaves', async () => {
  const [webSockets, streams] = [
    await startRegistered(await installed('ws.mjs')),
    await startRegistered(await installed('streams.mjs'), { env: { START: String(Date.now()) } }),
  ]
  await webSockets.waitForLog(/has loaded zerodown twice/)
  const [client] = await openClients(webSockets, 1)
  client?.send('one')
  await client?.waitFor(1)
  const reader = await Reader.open(streams.target())
  // Not at the end of the drain.
  await Promise.all([restartAndLeave(webSockets, { leaves: 10_000 }), restartAndLeave(streams, { leaves: 10_000 })])
  client?.send('two')
  expect(await client?.waitFor(2)).toEqual(['1 1 one', '2 2 two'])
  // One after the other may have been the first to write an event, for a moment.
  await reader.until(({ generations }) => generations.at(-1) === '2', 'the successor')
  expect([reader.faults, client?.end]).toEqual([[], undefined])
})
