import { readFileSync } from 'node:fs'
import { chmod, cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Program } from '../support/index.ts'
import { FIXTURES, copyOf, until } from '../support/index.ts'
import { waitForEvent } from './stage/events.ts'
import { hold } from './stage/held.ts'
import { setScene } from './stage/scene.ts'
import type { Scene } from './stage/scene.ts'
import { pidOf } from './stage/pid-of.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

/** A successor behind a shell that waits for it, and passes no signal on. */
async function setWrapped(
  options: Record<string, unknown> = {},
  { program = 'controlled', script = `"${NODE}" "$@"\nexit $?`, faults = '' } = {},
): Promise<Scene> {
  const scene = await setScene((folder) => ({
    program,
    faults,
    options: { ...options, launch: { execPath: join(folder, 'wrapper') } },
  }))
  const wrapper = join(scene.folder, 'wrapper')
  await writeFile(wrapper, `#!/bin/sh\n${script}\n`)
  await chmod(wrapper, 0o755)
  return scene
}

describe('a successor behind a wrapper', () => {
  it('takes over under its own pid', async () => {
    const scene = await setWrapped()
    await scene.load()

    const { pid, generation } = await scene.ask('restart')

    expect(generation).toBe(2)
    expect(await scene.ask('state')).toEqual({ state: 'serving', generation: 2, pid })
    expect(scene.readPidFile()).toBe(`${pid}\n`)
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })

  it.each([
    ['that exits 1', 'exit1', {}, /exited with code 1 before it was ready/],
    [
      'that never becomes ready and ignores SIGTERM',
      'hang-hard',
      { readyTimeout: 5000 },
      /was not ready within 5000 ms/,
    ],
  ])('%s leaves all as it was, and no orphan', async (_, fault, options, says) => {
    const scene = await setWrapped(options)
    await scene.load()
    const before = await scene.standing()
    await scene.fault(fault)

    expect(await scene.ask('restart')).toMatchObject({ message: expect.stringMatching(says) })

    // A server that has not said yet who it is, is killed as soon as it does.
    await until(() => scene.server.alive().length === 1, 'the end of the successor')
    await scene.standsAsBefore(scene.server.pid, before)
    await scene.fault()
    expect(await scene.ask('restart')).toMatchObject({ generation: 2 })
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })

  /** It imports until it gets SIGHUP. @returns its pid */
  async function restartImporting(
    scene: Scene,
    program: Program,
  ): Promise<{ behind: number; asked: Promise<unknown> }> {
    await program.write(`
      const alive = setInterval(() => {}, 60_000)
      const hangup = new Promise((resolve) => process.once('SIGHUP', resolve))
      console.log('importing: ' + process.pid)
      await hangup
      clearInterval(alive)
      await import('./late.mjs')`)
    await cp(join(FIXTURES, 'controlled.mjs'), join(program.folder, 'late.mjs'))
    const asked = scene.ask('restart')
    asked.catch(() => {})
    const [, behind] = await scene.server.waitForLog(/importing: (\d+)/)
    return { behind: pidOf({ pid: Number(behind) }), asked }
  }

  it('that still imports when the restart is given up ends as soon as it can be told to', async () => {
    const program = await copyOf('controlled')
    const scene = await setWrapped({ readyTimeout: 3000 }, { program: program.path })
    const { server } = scene
    await scene.load()
    const { behind, asked } = await restartImporting(scene, program)

    expect(await asked).toMatchObject({ code: 'ERR_ZERODOWN_READY_TIMEOUT' })
    process.kill(behind, 'SIGHUP')

    await until(
      () => isDeepStrictEqual(server.alive(), [server.pid]),
      () => `the end of ${behind}. ${server.output}`,
    )
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })

  it('that still imports when an application stops that ends at once does not take over', async () => {
    const program = await copyOf('controlled')
    const scene = await setWrapped({}, { program: program.path, faults: 'exit-on-stop-first:0' })
    const { behind } = await restartImporting(scene, program)

    scene.server.signal('SIGTERM', scene.server.pid)
    expect(await scene.server.waitForExit()).toBe(0)
    process.kill(behind, 'SIGHUP')

    await until(
      () => scene.server.alive().length === 0,
      () => `the end of ${behind}. ${scene.server.output}`,
    )
  })

  it('ends with its predecessor when that is told to in the probation, and has drained', async () => {
    const scene = await setWrapped({ probation: 60_000 })
    const { server } = scene
    server.signal('SIGUSR2')
    await waitForEvent(server, { event: 'probation' })
    const held = [await hold(scene.tcp)]
    while (held.at(-1)?.generation !== 2) held.push(await hold(scene.tcp))

    server.signal('SIGTERM', server.pid)

    await waitForEvent(server, { event: 'draining', by: 2 })
    await Promise.all(held.map((one) => one.finish()))
    await until(
      () => server.alive().length === 0,
      () => `the end of ${server.alive()}. ${server.output}`,
    )
  })

  it.each([
    ['beside the server', `sleep 600 >/dev/null 2>&1 &\n"${NODE}" "$@"\nexit $?`, 'exit1', /exited with code 1/],
    ['and leaves, the server itself', `"${NODE}" "$@" &`, '', /exited with code 0/],
  ])(
    'that starts something in the background, %s, holds up neither a restart nor a stop',
    async (_, script, fault, says) => {
      const scene = await setWrapped({}, { script })
      const { server } = scene
      const before = await scene.standing()
      await scene.fault(fault)

      expect(await scene.ask('restart')).toMatchObject({ message: expect.stringMatching(says) })

      const { pidFile, path } = await scene.standing(server.pid)
      expect({ pidFile, path }).toEqual({ pidFile: before.pidFile, path: before.path })
      const isNode = (pid: number): boolean => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('controlled')
      await until(
        () => isDeepStrictEqual(server.alive().filter(isNode), [server.pid]),
        () => `the end of all but ${server.pid} among ${server.alive()}. ${server.output}`,
      )
      server.signal('SIGTERM', server.pid)
      expect(await server.waitForExit()).toBe(0)
    },
  )
})
