import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bystander } from '../cli/command.ts'
import { startServer, tempDir, until } from '../support/index.ts'
import { eventsOf, waitForEvent } from './stage/events.ts'
import type { Scene } from './stage/scene.ts'
import { setScene } from './stage/scene.ts'

describe('a pid file that cannot be written is an error at start, which names its path', () => {
  it.each([
    ['in a folder that is missing', async () => join(await tempDir(), 'missing', 'app.pid')],
    // Where even root may not write.
    ['in a folder that is read-only', () => '/proc/app.pid'],
    [
      'where a folder is',
      async () => {
        const path = join(await tempDir(), 'app.pid')
        await mkdir(path)
        return path
      },
    ],
  ])('%s', async (_, choose) => {
    const pidFile = await choose()

    const server = await startServer('controlled', { options: { pidFile }, ready: false })

    expect(await server.waitForExit()).toBe(1)
    await server.waitForLog(/ERR_ZERODOWN_PID_FILE/)
    await server.waitForLog(new RegExp(`pidFile: cannot write ${pidFile.replaceAll('.', '\\.')} `))
    expect(server.announcements).toEqual([])
  })
})

describe('the pid file', () => {
  it('follows at commit, and not before', async () => {
    const scene = await setScene({ options: { probation: 200 } })
    const { server } = scene
    await scene.load()
    expect(scene.readPidFile()).toBe(`${server.pid}\n`)

    const { pid } = await scene.ask('restart')
    expect(await server.waitForExit()).toBe(0)

    const [first, second] = [`${server.pid}\n`, `${pid}\n`]
    const seen = eventsOf(server).map(({ event, by, pidFile }) => ({ event, by, pidFile }))
    const before = ['restarting', 'launched', 'probation'].map((event) => ({ event, by: 1, pidFile: first }))
    const after = ['committed', 'draining', 'drained', 'stopped'].map((event) => ({ event, by: 1, pidFile: second }))
    expect(seen).toEqual(expect.arrayContaining([...before, { event: 'ready', by: 2, pidFile: first }, ...after]))
    expect(scene.readPidFile()).toBe(second)
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })

  it('is not touched by a restart that fails', async () => {
    const scene = await setScene()
    await scene.load()
    const before = await scene.standing()
    await scene.fault('exit1')

    await scene.ask('restart')

    await scene.standsAsBefore(scene.server.pid, before)
    const names = eventsOf(scene.server).filter(({ event }) => event !== 'ready')
    expect(new Set(names.map(({ pidFile }) => pidFile))).toEqual(new Set([`${scene.server.pid}\n`]))
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })

  it('whose folder went missing before the successor starts: the restart fails, and nothing else', async () => {
    const { scene, folder } = await inFolderOfItsOwn()
    const { server } = scene
    await scene.load()
    await rm(folder, { recursive: true })

    expect(await scene.ask('restart')).toMatchObject({ code: 'ERR_ZERODOWN_SUCCESSOR_EXITED' })

    await server.waitForLog(new RegExp(`pidFile: cannot write ${folder}`))
    await mendedAfter(scene, folder)
  })

  it('whose folder went missing when the successor is to take over: it does not, and has drained', async () => {
    const { scene, folder } = await inFolderOfItsOwn({ readiness: 'manual' })
    const { server } = scene
    const makeReady = (): void => server.signal('SIGWINCH', server.latest.pid)
    makeReady()
    await scene.load()
    const asked = scene.ask('restart')
    await server.waitForGeneration(2)
    await scene.keepsAnswering()
    await rm(folder, { recursive: true })
    makeReady()

    const failed = await asked

    expect(failed).toMatchObject({ code: 'ERR_ZERODOWN_PID_FILE', message: expect.stringContaining(folder) })
    await waitForEvent(server, { event: 'drained', by: 2, cut: 0 })
    await mendedAfter(scene, folder, makeReady)
  })

  it('that names another process by now is left alone at the end', async () => {
    const scene = await setScene()
    const other = await bystander()
    await until(() => existsSync(scene.pidFile), 'the pid file')
    await writeFile(scene.pidFile, `${other.pid}\n`)

    scene.server.signal('SIGTERM')

    expect(await scene.server.waitForExit()).toBe(0)
    await waitForEvent(scene.server, { event: 'stopped' })
    expect(scene.readPidFile()).toBe(`${other.pid}\n`)
  })
})

async function inFolderOfItsOwn(options: Record<string, unknown> = {}): Promise<{ scene: Scene; folder: string }> {
  const folder = join(await tempDir(), 'run')
  await mkdir(folder)
  return { scene: await setScene({ options: { ...options, pidFile: join(folder, 'app.pid') } }), folder }
}

async function mendedAfter(scene: Scene, folder: string, makeReady?: () => void): Promise<void> {
  const { server } = scene
  expect({ alive: server.alive(), zombies: server.zombies() }).toEqual({ alive: [server.pid], zombies: [] })
  await scene.keepsAnswering()
  await mkdir(folder)
  const announced = server.announcements.length
  const asked = scene.ask('restart')
  await server.waitForAnnouncement(announced)
  makeReady?.()
  expect(await asked).toMatchObject({ generation: 2 })
  await scene.keepsAnswering()
  await scene.nothingWasLost()
}
