import { existsSync } from 'node:fs'
import { lstat, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import type { ServerProcess } from '../support/index.ts'
import { startServer, tempDir } from '../support/index.ts'
import { setScene } from './stage/scene.ts'
import { pidOf } from './stage/pid-of.ts'

async function serves(server: ServerProcess): Promise<void> {
  const load = startLoad({ target: server.target(), workers: [{ kind: 'fresh', connections: 2, requests: 20 }] })
  cleanUp(() => load.stop(0))
  await load.done
  expect(load.stats()).toMatchObject({ failed: 0, ok: 40 })
}

describe('a unix path', () => {
  it('that a killed server left behind is replaced', async () => {
    const folder = await tempDir()
    const path = join(folder, 'socket')
    const killed = await startServer('http', { address: `unix:${path}` })
    killed.signal('SIGKILL')
    await killed.waitForExit()
    expect(existsSync(path)).toBe(true)

    const server = await startServer('http', { address: `unix:${path}` })

    await serves(server)
    server.signal('SIGTERM')
    expect(await server.waitForExit()).toBe(0)
    expect(await readdir(folder)).toEqual([])
  })

  it('of a killed server, where a successor serves on, is not stale', async () => {
    const scene = await setScene()
    const pid = pidOf(await scene.ask('restart'))
    expect(await scene.server.waitForExit()).toBe(0)
    await scene.load()
    const { ino } = await lstat(scene.path)

    const second = await startServer('http', { address: `unix:${scene.path}`, ready: false })

    expect(await second.waitForExit()).toBe(1)
    await second.waitForLog(/EADDRINUSE/)
    expect((await lstat(scene.path)).ino).toBe(ino)
    await scene.keepsAnswering()
    await scene.nothingWasLost()
    expect(scene.server.alive()).toEqual([pid])
  })

  it('that a live server listens on is left to it', async () => {
    const scene = await setScene()
    await scene.load()
    const before = await scene.standing()

    const second = await startServer('http', { address: `unix:${scene.path}`, ready: false })

    expect(await second.waitForExit()).toBe(1)
    await second.waitForLog(new RegExp(`EADDRINUSE: address already in use ${scene.path}`))
    await scene.standsAsBefore(scene.server.pid, before)
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })

  it('where a file is that is no socket: the file stays, the server does not start', async () => {
    const path = join(await tempDir(), 'letters')
    await writeFile(path, 'of value')

    const server = await startServer('http', { address: `unix:${path}`, ready: false })

    expect(await server.waitForExit()).toBe(1)
    await server.waitForLog(new RegExp(`EADDRINUSE: address already in use ${path}`))
    expect(await readFile(path, 'utf8')).toBe('of value')
  })

  it('that somebody has replaced is not removed at the end', async () => {
    const scene = await setScene()
    await rm(scene.path)
    await writeFile(scene.path, 'of somebody else')

    scene.server.signal('SIGTERM')

    expect(await scene.server.waitForExit()).toBe(0)
    expect(await readFile(scene.path, 'utf8')).toBe('of somebody else')
  })

  it('in a folder that is missing is Node’s own error, and leaves nothing behind', async () => {
    const folder = await tempDir()

    const server = await startServer('http', { address: `unix:${join(folder, 'missing', 'socket')}`, ready: false })

    expect(await server.waitForExit()).toBe(1)
    await server.waitForLog(/EACCES|ENOENT/)
    expect(await readdir(folder)).toEqual([])
  })
})
