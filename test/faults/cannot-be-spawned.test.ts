import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../support/index.ts'
import { waitForEvent } from './stage/events.ts'
import { setScene, steady } from './stage/scene.ts'
import type { Scene } from './stage/scene.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

async function cannotThenCan(scene: Scene, says: RegExp, mend: () => Promise<unknown>): Promise<void> {
  await scene.load()
  const before = await scene.standing()

  const failed = await scene.ask('restart')

  expect(failed).toMatchObject({ code: 'ERR_ZERODOWN_LAUNCH', message: expect.stringMatching(says) })
  await scene.standsAsBefore(scene.server.pid, before)
  await scene.server.waitForLog(says)
  await scene.keepsAnswering()

  await mend()
  expect(await scene.ask('restart')).toMatchObject({ generation: 2 })
  await scene.keepsAnswering()
  await scene.nothingWasLost()
  expect(await scene.server.waitForExit()).toBe(0)
}

describe('a successor that cannot be started leaves all as it was', () => {
  it('launch.execPath is missing', async () => {
    const scene = await setScene((folder) => ({ options: { launch: { execPath: join(folder, 'node') } } }))
    const node = join(scene.folder, 'node')
    await cannotThenCan(scene, new RegExp(`could not start ${node} .*ENOENT`), () => symlink(NODE, node))
  })

  it('launch.cwd is missing', async () => {
    const scene = await setScene((folder) => ({ options: { launch: { cwd: join(folder, 'release') } } }))
    const release = join(scene.folder, 'release')
    await cannotThenCan(scene, new RegExp(`could not enter the directory ${release} `), () => mkdir(release))
  })

  it('the directory that the process was started in is gone', async () => {
    const cwd = join(await tempDir(), 'release')
    await mkdir(cwd)
    const scene = await setScene({ cwd })
    await rm(cwd, { recursive: true })
    await cannotThenCan(scene, new RegExp(`could not enter the directory ${cwd} `), () => mkdir(cwd))
  })

  it('the process has no descriptor left', async () => {
    // Without descriptors no connection can be accepted, either: these are there before.
    const scene = await setScene({ node: 'sh', nodeArgs: ['-c', 'ulimit -n 128; exec "$0" "$@"', NODE] })
    const { server } = scene
    await scene.load(steady)
    const before = await scene.standing()
    expect(await scene.ask('exhaust')).toEqual({ code: 'EMFILE' })

    server.signal('SIGUSR2')

    const { code, message } = await waitForEvent(server, { event: 'rolledBack' })
    expect({ code, message }).toEqual({
      code: 'ERR_ZERODOWN_LAUNCH',
      message: expect.stringMatching(/could not start .*EMFILE/),
    })
    await scene.keepsAnswering()

    await scene.ask('release')
    await scene.standsAsBefore(server.pid, before)
    expect(await scene.ask('restart')).toMatchObject({ generation: 2 })
    await scene.keepsAnswering()
    await scene.nothingWasLost()
    expect(await server.waitForExit()).toBe(0)
  })
})
