import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { pidOf } from './stage/pid-of.ts'
import { waitForEvent } from './stage/events.ts'
import { setScene } from './stage/scene.ts'
import type { Scene, SceneOptions } from './stage/scene.ts'

const IN_PROBATION: SceneOptions = { options: { probation: 60_000 } }

/** A restart has come as far as `event`: two processes are there. @returns the successor's pid */
async function restarting(scene: Scene, event: 'launched' | 'probation'): Promise<number> {
  scene.server.signal('SIGUSR2')
  return pidOf(await waitForEvent(scene.server, { event }))
}

async function nothingIsLeft(scene: Scene): Promise<void> {
  await until(
    () => scene.server.alive().length === 0,
    () => `the end of all. ${scene.server.output}`,
  )
  const left = { pidFile: existsSync(scene.pidFile), path: existsSync(scene.path) }
  expect(left).toEqual({ pidFile: false, path: false })
}

describe('a stop during a restart ends both processes, though the application ends the one in charge at once', () => {
  it.each<[string, SceneOptions, 'launched' | 'probation', NodeJS.Signals]>([
    ['SIGTERM, heard by the application first', { faults: 'exit-on-stop-first:0' }, 'launched', 'SIGTERM'],
    ['SIGTERM, heard by the application last', { faults: 'exit-on-stop-last:0' }, 'launched', 'SIGTERM'],
    ['SIGTERM in the probation', { ...IN_PROBATION, faults: 'exit-on-stop-last:0' }, 'probation', 'SIGTERM'],
    [
      'SIGINT in the probation, with a code of its own',
      { ...IN_PROBATION, faults: 'exit-on-stop-first:3' },
      'probation',
      'SIGINT',
    ],
    [
      'SIGTERM that is the application’s alone',
      { options: { ...IN_PROBATION.options, signals: { shutdown: false } }, faults: 'exit-on-stop-first:143' },
      'probation',
      'SIGTERM',
    ],
  ])('%s', async (_, options, event, signal) => {
    const scene = await setScene(options)
    // The successor has a handler of its own in one case only, and ends by the signal itself in the others.
    await scene.fault(event === 'launched' ? 'hang' : '')
    await restarting(scene, event)

    scene.server.signal(signal, scene.server.pid)

    await nothingIsLeft(scene)
  })

  it('process.exit(0), of which no signal tells', async () => {
    const scene = await setScene(IN_PROBATION)
    const pid = await restarting(scene, 'probation')

    while (scene.server.alive().includes(scene.server.pid)) await scene.ask('exit0').catch(() => {})

    await nothingIsLeft(scene)
    expect(await scene.server.waitForExit(pid)).toBe(0)
  })
})

it('a crash during a restart is no stop: the successor serves on, with pid file and unix path', async () => {
  const scene = await setScene(IN_PROBATION)
  const pid = await restarting(scene, 'probation')

  scene.server.signal('SIGHUP', scene.server.pid)

  expect(await scene.server.waitForExit()).toBe(1)
  await until(() => scene.readPidFile() === `${pid}\n`, 'the successor in the pid file')
  expect(existsSync(scene.path)).toBe(true)
  expect(await scene.ask('state')).toEqual({ state: 'serving', generation: 2, pid })
})

describe('an application that ends itself when it is told to stop leaves nothing behind', () => {
  it.each(['exit-on-stop-first:0', 'exit-on-stop-last:0', 'exit-on-stop-last:1'])('%s', async (faults) => {
    const scene = await setScene({ faults })
    scene.server.signal('SIGTERM')
    await nothingIsLeft(scene)
  })

  it('but a predecessor that drains leaves its successor all that is the successor’s', async () => {
    const scene = await setScene({ faults: 'exit-on-stop-last:0' })
    const { pid } = await scene.ask('restart')
    await scene.server.waitForExit()
    expect(scene.readPidFile()).toBe(`${pid}\n`)
    expect(existsSync(scene.path)).toBe(true)
  })
})
