import { execFileSync } from 'node:child_process'
import { closeSync, constants, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir, until } from '../support/index.ts'
import { hold } from './stage/held.ts'
import { setScene } from './stage/scene.ts'
import type { Scene } from './stage/scene.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

/** Whoever read the server's stderr has ended. */
async function unread(): Promise<Scene> {
  const log = join(await tempDir(), 'stderr')
  execFileSync('mkfifo', [log])
  const reader = openSync(log, constants.O_RDONLY | constants.O_NONBLOCK)
  const scene = await setScene({ node: 'sh', nodeArgs: ['-c', `exec "$0" "$@" 2>'${log}'`, NODE] })
  closeSync(reader)
  return scene
}

describe('a server whose stderr nobody reads any more', () => {
  it('restarts, again and again', async () => {
    const scene = await unread()
    await scene.load()
    for (const generation of [2, 3]) expect(await scene.ask('restart')).toMatchObject({ generation })
    await scene.keepsAnswering()
    await scene.nothingWasLost()
    expect(await scene.server.waitForExit()).toBe(0)
  })

  it('drains at SIGTERM, and ends with 0', async () => {
    const scene = await unread()
    const held = await hold(scene.tcp)
    scene.server.signal('SIGTERM')
    await until(() => !existsSync(scene.path), 'the end of listening')
    await held.finish()
    expect(await scene.server.waitForExit()).toBe(0)
  })

  it('survives a wrapper that pipes its output and ends with its child', async () => {
    // What the fixture itself prints goes elsewhere: a console is no help against two lines in one turn.
    const wrapper = `
      const [, file, ...args] = process.argv
      const child = require('child_process').spawn(file, args, { stdio: ['ignore', 'inherit', 'pipe'] })
      child.stderr.pipe(process.stderr)
      child.on('exit', (code) => process.exit(code))`
    const scene = await setScene({ node: NODE, nodeArgs: ['-e', wrapper, NODE] })
    await scene.load()
    for (const generation of [2, 3, 4]) {
      const { pid } = await scene.ask('restart')
      expect(await scene.ask('state')).toEqual({ state: 'serving', generation, pid })
      await until(() => scene.server.alive().length === 1, 'the end of the predecessor')
    }
    await scene.nothingWasLost()
  })
})
