import { existsSync } from 'node:fs'
import type { Worker } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { until } from '../support/index.ts'
import { eventsOf, waitForEvent } from './stage/events.ts'
import type { Held } from './stage/held.ts'
import { hold } from './stage/held.ts'
import { fresh, setScene } from './stage/scene.ts'
import type { Scene } from './stage/scene.ts'
import { Wire } from './stage/wire.ts'
import { pidOf } from './stage/pid-of.ts'

/**
 * Each connection's second request comes some time after its first answer: in flight when the signal comes, or after it
 * on a connection that was idle then.
 */
const twice: readonly Worker[] = [
  { kind: 'keepAlive', connections: 10, requests: 2, thinkTime: [20, 500] },
  { kind: 'slow', connections: 5, ms: 200, requests: 2, thinkTime: [20, 200] },
  { kind: 'post', connections: 5, size: 50_000, chunks: 5, chunkDelay: [0, 50], requests: 2, thinkTime: [20, 500] },
]

/** A load whose connections have all been served once. @returns its end, at which nothing may be lost */
async function halfDone(scene: Scene): Promise<() => Promise<void>> {
  const load = startLoad({ target: scene.tcp, workers: twice })
  cleanUp(() => load.stop(0))
  const served = new Set<number | undefined>()
  load.on('answer', ({ localPort }) => served.add(localPort))
  await load.waitFor(() => served.size === 20)
  return async () => {
    await load.done
    const { failed, firstFailures, ok } = load.stats()
    expect({ failed, firstFailures, ok }).toEqual({ failed: 0, firstFailures: [], ok: 40 })
  }
}

/** Uploads that the generation answers, as many on the port as on the unix path. */
async function holdAt(scene: Scene, generation: number): Promise<Held[]> {
  const held: Held[] = []
  for (const target of [scene.tcp, scene.unix]) {
    // Where two generations accept, the kernel gives a connection to either.
    for (let found = 0; found < 2;) {
      const one = await hold(target)
      held.push(one)
      if (one.generation === generation) found += 1
    }
  }
  return held
}

/** Both were drained and nothing is left behind. */
async function allIsOver(scene: Scene, pids: number[]): Promise<void> {
  const { server } = scene
  for (const pid of pids) expect(await server.waitForExit(pid)).toBe(0)
  expect(server.alive()).toEqual([])
  expect({ pidFile: existsSync(scene.pidFile), path: existsSync(scene.path) }).toEqual({ pidFile: false, path: false })
  const drained = eventsOf(server).filter(({ event }) => event === 'drained')
  expect(drained.map(({ cut }) => cut)).toEqual(pids.map(() => 0))
}

describe('SIGTERM', () => {
  it('drains, removes pid file and unix path, and ends with 0', async () => {
    const scene = await setScene()
    const held = await holdAt(scene, 1)
    const nothingWasLost = await halfDone(scene)

    scene.server.signal('SIGTERM')

    await waitForEvent(scene.server, { event: 'draining', by: 1, reason: 'shutdown' })
    await Promise.all(held.map((one) => one.finish()))
    await nothingWasLost()
    await allIsOver(scene, [scene.server.pid])
  })

  it('before the successor of a restart is ready: both end, and what is in flight is answered', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.fault('hang')
    const held = await holdAt(scene, 1)
    const asked = scene.ask('restart')
    const pid = pidOf(await waitForEvent(server, { event: 'launched' }))
    const nothingWasLost = await halfDone(scene)

    server.signal('SIGTERM', server.pid)

    await waitForEvent(server, { event: 'draining', by: 1, reason: 'shutdown' })
    expect(await asked).toMatchObject({ code: 'ERR_ZERODOWN_RESTART_ABORTED' })
    expect(server.alive()).not.toContain(pid)
    expect(server.zombies()).toEqual([])
    await Promise.all(held.map((one) => one.finish()))
    await nothingWasLost()
    await allIsOver(scene, [server.pid])
  })

  it('before a successor is ready that ignores it: it is killed, and both have ended', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.fault('ignore-sigterm wait-for-hangup')
    server.signal('SIGUSR2')
    await server.waitForLog(/waiting for SIGHUP/)
    const nothingWasLost = await halfDone(scene)

    server.signal('SIGTERM', server.pid)

    await nothingWasLost()
    await allIsOver(scene, [server.pid])
  })

  it.each([
    ['the predecessor', (first: number) => [first]],
    ['both processes', (first: number, second: number) => [second, first]],
  ])('in probation, to %s: both end, and what is in flight in either is answered', async (_, addressees) => {
    const scene = await setScene({ options: { probation: 60_000 } })
    const { server } = scene
    const held = await holdAt(scene, 1)
    server.signal('SIGUSR2')
    const pid = pidOf(await waitForEvent(server, { event: 'probation' }))
    held.push(...(await holdAt(scene, 2)))
    const nothingWasLost = await halfDone(scene)

    for (const addressee of addressees(server.pid, pid)) server.signal('SIGTERM', addressee)

    for (const by of [1, 2]) await waitForEvent(server, { event: 'draining', by, reason: 'shutdown' })
    await Promise.all(held.map((one) => one.finish()))
    await nothingWasLost()
    await allIsOver(scene, [pid, server.pid])
  })

  it('in probation, to the successor alone: it drains, and the predecessor serves on', async () => {
    const scene = await setScene({ options: { probation: 60_000 } })
    const { server } = scene
    await scene.load(fresh)
    const before = await scene.standing()
    server.signal('SIGUSR2')
    const pid = pidOf(await waitForEvent(server, { event: 'probation' }))
    const held = await holdAt(scene, 2)
    await scene.keepsAnswering()

    server.signal('SIGTERM', pid)
    await waitForEvent(server, { event: 'draining', by: 2 })
    await Promise.all(held.map((one) => one.finish()))

    const { message } = await waitForEvent(server, { event: 'rolledBack' })
    expect(message).toMatch(/is leaving \(it shuts down\) in its probation/)
    await scene.standsAsBefore(server.pid, before)
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })

  it('again: changes nothing', async () => {
    const scene = await setScene()
    const { server } = scene
    const held = await hold(scene.tcp)
    const nothingWasLost = await halfDone(scene)

    server.signal('SIGTERM')
    await waitForEvent(server, { event: 'draining' })
    server.signal('SIGTERM')
    await server.waitForLog(/SIGTERM: draining already/)

    await nothingWasLost()
    await held.finish()
    await allIsOver(scene, [server.pid])
  })

  it('to a predecessor that drains after a restart: it drains on, the service is its successor’s', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.load()
    const held = await hold(scene.tcp)
    const { pid } = await scene.ask('restart')

    server.signal('SIGTERM', server.pid)
    await server.waitForLog(/SIGTERM: draining already/)

    await held.finish()
    expect(await server.waitForExit()).toBe(0)
    await scene.keepsAnswering()
    await scene.nothingWasLost()
    expect({ alive: server.alive(), pidFile: scene.readPidFile() }).toEqual({ alive: [pid], pidFile: `${pid}\n` })
  })

  it('with a shutdownDelay: connections are accepted until it is over', async () => {
    const scene = await setScene({ options: { shutdownDelay: 3000 } })
    await scene.load()

    scene.server.signal('SIGTERM')
    await waitForEvent(scene.server, { event: 'draining' })

    await scene.keepsAnswering()
    await scene.nothingWasLost()
    await allIsOver(scene, [scene.server.pid])
  })
})

describe('a second SIGINT', () => {
  it('ends the process at once, with 130, and leaves nothing behind', async () => {
    const scene = await setScene()
    const { server } = scene
    const held = [await hold(scene.tcp), await hold(scene.unix)]
    server.signal('SIGINT')
    await waitForEvent(server, { event: 'draining' })

    server.signal('SIGINT')

    expect(await server.waitForExit()).toBe(130)
    await Promise.all(held.map((one) => one.cut))
    expect(server.alive()).toEqual([])
    expect({ pidFile: existsSync(scene.pidFile), path: existsSync(scene.path) }).toEqual({
      pidFile: false,
      path: false,
    })
  })

  it('ends a successor with it that is being started, even one that ignores SIGTERM', async () => {
    const scene = await setScene()
    const { server } = scene
    await hold(scene.tcp)
    await hold(scene.unix)
    await scene.fault('ignore-sigterm wait-for-hangup')
    server.signal('SIGUSR2')
    await server.waitForLog(/waiting for SIGHUP/)
    server.signal('SIGINT', server.pid)
    await waitForEvent(server, { event: 'draining' })

    server.signal('SIGINT', server.pid)

    expect(await server.waitForExit()).toBe(130)
    // Whoever adopts the successor has yet to hear of its end.
    await until(() => server.alive().length === 0, 'the end of the successor')
    expect({ pidFile: existsSync(scene.pidFile), path: existsSync(scene.path) }).toEqual({
      pidFile: false,
      path: false,
    })
  })
})

describe('a connection while the server drains', () => {
  it('that was idle: its next request is answered, with Connection: close', async () => {
    const scene = await setScene()
    const wires = [await Wire.open(scene.tcp), await Wire.open(scene.unix)]
    for (const wire of wires) {
      wire.get('/')
      expect(await wire.answered(1)).toMatchObject([{ status: 200, close: false }])
    }

    scene.server.signal('SIGTERM')
    await waitForEvent(scene.server, { event: 'draining' })

    for (const wire of wires) {
      wire.get('/')
      expect(await wire.answered(2)).toMatchObject([{}, { status: 200, close: true }])
      await wire.ended()
    }
    await allIsOver(scene, [scene.server.pid])
  })

  it('with pipelined requests: all that arrive together are answered', async () => {
    const scene = await setScene()
    const [idle, busy] = [await Wire.open(scene.tcp), await Wire.open(scene.tcp)]
    idle.get('/')
    await idle.answered(1)
    busy.get('/slow?ms=300', '/', '/slow?ms=100', '/')

    scene.server.signal('SIGTERM')
    await waitForEvent(scene.server, { event: 'draining' })
    idle.get('/slow?ms=100', '/', '/slow?ms=50', '/')

    expect((await idle.answered(5)).map(({ status, close }) => ({ status, close }))).toEqual([
      ...Array.from({ length: 4 }, () => ({ status: 200, close: false })),
      { status: 200, close: true },
    ])
    expect((await busy.answered(4)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    busy.leave()
    await allIsOver(scene, [scene.server.pid])
  })

  it('that never says a word: holds nobody up for longer than the keep-alive timeout', async () => {
    const scene = await setScene({ env: { KEEP_ALIVE_TIMEOUT: '1500' } })
    const { server } = scene
    const silent = await Promise.all([Wire.open(scene.tcp), Wire.open(scene.tcp), Wire.open(scene.unix)])
    const late = await Wire.open(scene.tcp)
    // Connections are accepted in their order.
    const last = await Wire.open(scene.tcp)
    last.get('/')
    await last.answered(1)

    server.signal('SIGTERM')
    await waitForEvent(server, { event: 'draining' })
    late.get('/')

    expect(await late.answered(1)).toMatchObject([{ status: 200, close: true }])
    await Promise.all(silent.map((wire) => wire.ended()))
    expect(await waitForEvent(server, { event: 'drained' })).toMatchObject({ finished: 1, closedIdle: 4, cut: 0 })
    await allIsOver(scene, [server.pid])
  })
})
