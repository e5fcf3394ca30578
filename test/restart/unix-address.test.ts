import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startServer, tempDir } from '../support/index.ts'
import { restartAndSettle } from './settle.ts'

it('answers address() with the path of an inherited unix listener', async () => {
  const folder = await tempDir()
  const path = join(folder, 'http.sock')
  const server = await startServer('http', { address: `unix:${path}` })
  expect(server.latest.listening).toEqual([path])
  expect(await restartAndSettle(server)).toMatchObject({ generation: 2, listening: [path] })
  expect(await restartAndSettle(server)).toMatchObject({ generation: 3, listening: [path] })
  // No temporary path is left beside it, and in the end not even the path.
  expect(await readdir(folder)).toEqual(['http.sock'])
  server.signal('SIGTERM')
  await server.waitForExit(server.announcements.at(-1)?.pid)
  expect(existsSync(path)).toBe(false)
})

it('binds a path of the greatest length there is', async () => {
  const folder = await tempDir()
  const path = join(folder, 'x'.repeat(107 - folder.length - 1))
  const server = await startServer('http', { address: `unix:${path}` })
  expect(await restartAndSettle(server)).toMatchObject({ listening: [path] })
})
