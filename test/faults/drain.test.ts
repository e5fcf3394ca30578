import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, waitForEvent } from './stage/events.ts'
import { hold } from './stage/held.ts'
import { setScene } from './stage/scene.ts'

describe('the drain', () => {
  it('cuts what outlives drainTimeout, counts it and says so', async () => {
    const scene = await setScene({ options: { drainTimeout: 3000 } })
    const { server } = scene
    await scene.load()
    const endless = [await hold(scene.tcp), await hold(scene.unix)]

    const { pid } = await scene.ask('restart')

    await Promise.all(endless.map((held) => held.cut))
    const ledger = await waitForEvent(server, { event: 'drained', by: 1 })
    expect(ledger.cut).toBe(2)
    await server.waitForLog(/drainTimeout: after 3000 ms, 2 connections were cut with something in flight/)
    expect(await server.waitForExit()).toBe(0)
    await scene.keepsAnswering()
    await scene.nothingWasLost()
    expect(server.alive()).toEqual([pid])
  })

  it('counts what the application cuts itself, and says so', async () => {
    const scene = await setScene({ faults: 'cut-when-draining' })
    const { server } = scene
    const held = [await hold(scene.tcp), await hold(scene.unix)]
    await scene.fault()

    server.signal('SIGUSR2')

    await Promise.all(held.map(({ cut }) => cut))
    expect(await waitForEvent(server, { event: 'drained', by: 1 })).toMatchObject({ finished: 0, cut: 2 })
    await server.waitForLog(/2 connections were cut with a request unanswered, by the application/)
    await server.waitForLog(/drained: 0 finished, 0 handed over, 0 closed idle, 2 cut in/)
    expect(await server.waitForExit()).toBe(0)
  })

  it('does not count a client that goes away', async () => {
    const scene = await setScene()
    const { server } = scene
    const held = [await hold(scene.tcp), await hold(scene.unix)]

    server.signal('SIGUSR2')

    await waitForEvent(server, { event: 'draining', by: 1 })
    for (const one of held) one.leave()
    expect(await waitForEvent(server, { event: 'drained', by: 1 })).toMatchObject({ finished: 2, cut: 0 })
    expect(await server.waitForExit()).toBe(0)
    expect(server.output.lines.filter((line) => line.includes('cut with'))).toEqual([])
  })

  it('comes before the shutdown hooks', async () => {
    const scene = await setScene()
    const { server } = scene
    await scene.load()
    const held = await hold(scene.tcp)

    await scene.ask('restart')
    await scene.keepsAnswering()
    expect(eventsOf(server).filter(({ event }) => event === 'hook')).toEqual([])
    await held.finish()

    expect(await server.waitForExit()).toBe(0)
    const ofFirst = eventsOf(server).filter(({ by }) => by === 1)
    expect(ofFirst.slice(-4).map(({ event }) => event)).toEqual(['draining', 'drained', 'hook', 'stopped'])
    await scene.nothingWasLost()
    // They are told why.
    expect(ofFirst.at(-2)).toMatchObject({ reason: 'restart' })
    server.signal('SIGTERM')
    await waitForEvent(server, { event: 'hook', by: 2, reason: 'shutdown' })
  })
})

describe('a shutdown hook', () => {
  it('that hangs is given up with those after it, and the process ends all the same', async () => {
    const scene = await setScene({ faults: 'hook-hangs', options: { drainTimeout: 4000 } })
    const { server } = scene
    await scene.load()
    await scene.fault()

    await scene.ask('restart')

    // Hooks have 5000 ms at the least.
    await server.waitForLog(
      /error: a shutdown hook did not finish within 5000 ms: exiting without it and the hooks after it/,
    )
    expect(await server.waitForExit()).toBe(0)
    expect(hooksOf(server, 1)).toEqual([])
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })

  it('that throws is logged, and the next one runs', async () => {
    const scene = await setScene({ faults: 'hook-throws' })
    const { server } = scene
    await scene.load()
    await scene.fault()

    await scene.ask('restart')

    await server.waitForLog(/error: a shutdown hook failed: a fault was asked for/)
    expect(await server.waitForExit()).toBe(0)
    expect(hooksOf(server, 1)).toHaveLength(1)
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })
})

const hooksOf = (server: ServerProcess, generation: number): unknown[] =>
  eventsOf(server).filter(({ event, by }) => event === 'hook' && by === generation)
