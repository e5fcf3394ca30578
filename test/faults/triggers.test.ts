import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { eventsOf, waitForEvent } from './stage/events.ts'
import { hold } from './stage/held.ts'
import { setScene } from './stage/scene.ts'
import type { Scene } from './stage/scene.ts'
import { pidOf } from './stage/pid-of.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

/** Which generations have begun a restart, in their order. */
const restarts = (scene: Scene): number[] =>
  eventsOf(scene.server)
    .filter(({ event }) => event === 'restarting')
    .map(({ by }) => by)

/** No further restart is on its way: one that is asked for now is the very next. */
async function isAtRest(scene: Scene, generation: number): Promise<void> {
  await waitForEvent(scene.server, { event: 'stopped', by: generation - 1 })
  expect(await scene.ask('state')).toMatchObject({ state: 'serving', generation })
  expect(await scene.ask('restart')).toMatchObject({ generation: generation + 1 })
  expect(restarts(scene)).toEqual(Array.from({ length: generation }, (_, at) => at + 1))
  await scene.keepsAnswering()
  await scene.nothingWasLost()
}

/** The first successor stays for as long as it takes where a process hears no signal yet: before Node has begun. */
function setDeaf(): Promise<Scene> {
  return setScene(async (folder) => {
    const execPath = join(folder, 'node')
    const script = `#!/bin/sh\nif mkdir '${folder}/deaf' 2>/dev/null; then exec sleep 60; fi\nexec '${NODE}' "$@"\n`
    await writeFile(execPath, script, { mode: 0o755 })
    return { options: { launch: { execPath } } }
  })
}

async function restartAndSend(scene: Scene, signal: NodeJS.Signals): Promise<unknown> {
  const restarted = scene.ask('restart')
  const pid = pidOf(await waitForEvent(scene.server, { event: 'launched', by: 1 }))
  await until(() => existsSync(join(scene.folder, 'deaf')), 'a process that hears nothing')
  process.kill(pid, signal)
  return restarted
}

/** A signal that was sent before is handled after: a process may take it up one turn late. */
async function settled(scene: Scene): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await scene.ask('state')
}

describe('triggers', () => {
  it('two SIGUSR2 within a millisecond: one restart, and at most one more', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.load()

    server.signal('SIGUSR2', server.pid)
    server.signal('SIGUSR2', server.pid)

    // The kernel makes one of two signals when the process is slow to take the first.
    await waitForEvent(server, { event: 'committed', by: 1 })
    const { generation = 0 } = await scene.ask('restart')
    expect([3, 4]).toContain(generation)
    expect(restarts(scene)).toEqual([1, 2, 3].slice(0, generation - 1))
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })

  it('SIGUSR2 before the first generation is ready: refused, and nothing else', async () => {
    const scene = await setScene({ options: { readiness: 'manual' }, env: { LATER_ARE_READY: '1' } })
    const { server } = scene
    await scene.load()

    server.signal('SIGUSR2')
    await server.waitForLog(/SIGUSR2: cannot restart before it is ready: it waits for zerodown\.ready\(\)/)
    expect(await scene.ask('restart')).toMatchObject({ code: 'ERR_ZERODOWN_NOT_READY' })
    await scene.keepsAnswering()
    expect(restarts(scene)).toEqual([])

    await scene.ask('ready')
    expect(await scene.ask('restart')).toMatchObject({ generation: 2 })
    await isAtRest(scene, 2)
  })

  it('SIGUSR2 to a successor that is too young to hear it: it is started again', async () => {
    const scene = await setDeaf()
    await scene.load()
    expect(await restartAndSend(scene, 'SIGUSR2')).toMatchObject({ generation: 2 })
    await scene.server.waitForLog(/SIGUSR2 ended generation 2 before it could hear it: starting it again/)
    await isAtRest(scene, 2)
  })

  it('SIGTERM to such a one: it has ended, and the restart has failed', async () => {
    const scene = await setDeaf()
    await scene.load()
    expect(await restartAndSend(scene, 'SIGTERM')).toMatchObject({ code: 'ERR_ZERODOWN_SUCCESSOR_EXITED' })
    expect(await scene.ask('restart')).toMatchObject({ generation: 2 })
  })

  it('any number during a restart: exactly one further restart, by the successor', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.load()
    await scene.fault('wait-for-hangup')
    server.signal('SIGUSR2')
    const pid = pidOf(await waitForEvent(server, { event: 'launched', by: 1 }))
    await server.waitForLog(/waiting for SIGHUP/)
    await scene.fault()

    for (let sent = 0; sent < 3; sent++) {
      server.signal('SIGUSR2', server.pid)
      await settled(scene)
    }
    const asked = [scene.ask('restart'), scene.ask('restart')]
    await settled(scene)
    server.signal('SIGHUP', pid)

    // Whoever asked is told of the successor's successor.
    const outcomes = await Promise.all(asked)
    expect(outcomes.map(({ generation }) => generation)).toEqual([3, 3])
    await isAtRest(scene, 3)
  })

  it('one during a restart, where the successor’s own fails: who asked is told, and the first restart is done', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.load()
    await scene.fault('wait-for-hangup')
    const first = scene.ask('restart')
    const pid = pidOf(await waitForEvent(server, { event: 'launched', by: 1 }))
    await server.waitForLog(/waiting for SIGHUP/)
    await scene.fault('exit1')

    const asked = scene.ask('restart')
    await settled(scene)
    server.signal('SIGHUP', pid)

    expect(await first).toMatchObject({ pid, generation: 2 })
    expect(await asked).toEqual({
      code: 'ERR_ZERODOWN_SUCCESSOR_REFUSED',
      message: expect.stringMatching(/the successor, generation 3 \(pid \d+\), exited with code 1 before it was ready/),
    })
    await scene.fault()
    expect(await scene.ask('state')).toEqual({ state: 'serving', generation: 2, pid })
    expect(await scene.ask('restart')).toMatchObject({ generation: 3 })
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })

  it('one to every process of the service, while a successor starts: exactly one further restart', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.load()
    await scene.fault('wait-for-hangup')
    server.signal('SIGUSR2')
    const pid = pidOf(await waitForEvent(server, { event: 'launched', by: 1 }))
    await server.waitForLog(/waiting for SIGHUP/)
    await scene.fault()

    server.signal('SIGUSR2', server.pid)
    server.signal('SIGUSR2', pid)
    await settled(scene)
    server.signal('SIGHUP', pid)

    await waitForEvent(server, { event: 'committed', by: 2 })
    await isAtRest(scene, 3)
  })

  it('one during a restart that fails: the further restart is the predecessor’s', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.load()
    await scene.fault('wait-for-hangup exit1')
    server.signal('SIGUSR2')
    const pid = pidOf(await waitForEvent(server, { event: 'launched', by: 1 }))
    await server.waitForLog(/waiting for SIGHUP/)
    await scene.fault()

    const asked = scene.ask('restart')
    await settled(scene)
    server.signal('SIGHUP', pid)

    expect(await asked).toMatchObject({ generation: 2 })
    await scene.keepsAnswering()
    expect(restarts(scene)).toEqual([1, 1])
    await scene.nothingWasLost()
    expect(await server.waitForExit()).toBe(0)
  })

  it('one to a predecessor that drains: exactly one further restart, by the successor', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.load()
    const held = await hold(scene.tcp)
    await scene.ask('restart')
    expect(restarts(scene)).toEqual([1])

    server.signal('SIGUSR2', server.pid)

    const { generation } = await waitForEvent(server, { event: 'committed', by: 2 })
    expect(generation).toBe(3)
    await held.finish()
    expect(await server.waitForExit()).toBe(0)
    await isAtRest(scene, 3)
  })

  it('a new restart while older generations still drain; none leaves before its predecessor', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.load()
    const first = await hold(scene.tcp)
    const pid = pidOf(await scene.ask('restart'))
    const second = await hold(scene.unix)
    await scene.ask('restart')
    expect([first.generation, second.generation]).toEqual([1, 2])
    expect(server.alive()).toHaveLength(3)

    await second.finish()
    await scene.keepsAnswering()
    expect(server.alive()).toHaveLength(3)
    await first.finish()

    expect(await server.waitForExit()).toBe(0)
    expect(await server.waitForExit(pid)).toBe(0)
    expect(eventsOf(server).filter(({ event }) => event === 'stopped')).toMatchObject([{ by: 1 }, { by: 2 }])
    await isAtRest(scene, 3)
  })
})
