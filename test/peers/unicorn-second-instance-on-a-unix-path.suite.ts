import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { generationAt, getJson } from '../restart/get.ts'
import { startServer, tempDir } from '../support/index.ts'

it('fails as a second instance on a path in use, and leaves the first alone', async () => {
  const folder = await tempDir()
  const address = `unix:${join(folder, 'app.sock')}`
  const first = await startServer('http', { address })

  const second = await startServer('http', { address, ready: false })
  expect(await second.waitForExit()).not.toBe(0)
  await second.waitForLog(/EADDRINUSE/)
  expect(await getJson(first.target())).toEqual({ pid: first.pid, generation: 1 })
  expect(await readdir(folder)).toEqual(['app.sock'])

  // Nor does it matter to a restart.
  expect(await first.restart()).toMatchObject({ generation: 2 })
  await first.waitForExit()
  expect(await generationAt(first.target())).toBe(2)
})

it('replaces the stale path that a killed instance leaves behind', async () => {
  const folder = await tempDir()
  const path = join(folder, 'app.sock')
  const killed = await startServer('http', { address: `unix:${path}` })
  killed.signal('SIGKILL')
  await killed.waitForExit()
  expect(existsSync(path)).toBe(true)

  const next = await startServer('http', { address: `unix:${path}` })
  expect(await getJson(next.target())).toEqual({ pid: next.pid, generation: 1 })
  expect(await readdir(folder)).toEqual(['app.sock'])
})
