import { describe, expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { waitForEvent } from './stage/events.ts'
import { hold } from './stage/held.ts'
import { firstThen, setScene } from './stage/scene.ts'
import type { Scene } from './stage/scene.ts'
import { pidOf } from './stage/pid-of.ts'

/** From here on all connections are new. Those that the dead process had died with it. */
async function servesOn(scene: Scene, pid: number): Promise<void> {
  await scene.keepsAnswering()
  await until(() => scene.readPidFile() === `${pid}\n`, `the pid ${pid} in the pid file`)
  expect(await scene.ask('state')).toEqual({ state: 'serving', generation: 2, pid })
  expect(scene.server.alive()).toEqual([pid])

  const next = await scene.ask('restart')

  expect(next).toMatchObject({ generation: 3 })
  expect(await scene.server.waitForExit(pid)).toBe(0)
  await scene.keepsAnswering()
  await scene.nothingWasLost()
  expect(scene.readPidFile()).toBe(`${next.pid}\n`)
  expect(scene.server.alive()).toEqual([next.pid])
}

describe('a predecessor that is killed is no loss to its successor', () => {
  it('before the successor listens: nobody is refused meanwhile', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.fault('wait-for-hangup')
    server.signal('SIGUSR2')
    const pid = pidOf(await waitForEvent(server, { event: 'launched' }))
    await server.waitForLog(/waiting for SIGHUP/)
    await scene.fault()

    server.signal('SIGKILL', server.pid)
    expect(await server.waitForExit()).toBe('SIGKILL')
    const loading = scene.load()
    server.signal('SIGHUP', pid)

    await loading
    await servesOn(scene, pid)
  })

  it('after the successor listens, before it is ready', async () => {
    const scene = await setScene({ options: { readiness: 'manual' } })
    const { server } = scene
    await scene.ask('ready')
    server.signal('SIGUSR2')
    const { pid } = await server.waitForGeneration(2)

    server.signal('SIGKILL', server.pid)
    expect(await server.waitForExit()).toBe('SIGKILL')
    await scene.load()
    expect(await scene.ask('state')).toEqual({ state: 'starting', generation: 2, pid })

    await scene.ask('ready')
    await waitForEvent(server, { event: 'ready', by: 2 })
    await scene.keepsAnswering()
    expect(scene.readPidFile()).toBe(`${pid}\n`)
    expect(await scene.ask('state')).toEqual({ state: 'serving', generation: 2, pid })
    await scene.nothingWasLost()
  })

  it('in the probation of the successor', async () => {
    const scene = await setScene((folder) => ({
      options: firstThen({ probation: 60_000 }, { probation: 0, pidFile: `${folder}/pid` }),
    }))
    const { server } = scene
    server.signal('SIGUSR2')
    const pid = pidOf(await waitForEvent(server, { event: 'probation' }))
    expect(scene.readPidFile()).toBe(`${server.pid}\n`)

    server.signal('SIGKILL', server.pid)
    expect(await server.waitForExit()).toBe('SIGKILL')
    await scene.load()

    await waitForEvent(server, { event: 'inCharge', by: 2, how: 'predecessor gone' })
    await server.waitForLog(/the predecessor ended before it had handed over; this process serves on/)
    await servesOn(scene, pid)
  })

  it('while it drains', async () => {
    const scene = await setScene()
    const { server } = scene
    const lost = await hold(scene.tcp)
    const pid = pidOf(await scene.ask('restart'))
    await scene.load()

    server.signal('SIGKILL', server.pid)

    expect(await server.waitForExit()).toBe('SIGKILL')
    await lost.cut
    await servesOn(scene, pid)
  })
})
