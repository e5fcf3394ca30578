import { describe, expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf } from '../support/index.ts'
import { Reader } from './stage/reader.ts'
import { startStreams } from './stage/server.ts'

/** Restarts, and lets the old process give up what has not moved a second later. */
const restart = async (server: ServerProcess): Promise<number> => {
  const { pid } = server.latest
  await server.restart()
  await server.waitForLog(/has taken over; draining/)
  return pid
}

describe('an event stream stays with the old process, and goes on there', () => {
  it.each([
    ['answers by another status', { status: 401 }],
    ['answers by another type', { head: { 'content-type': 'text/plain' } }],
    ['allows no further request on the connection', { requests: 1 }],
    ['encodes', { head: { 'content-encoding': 'br' } }],
  ])('if the successor %s', async (_, particular) => {
    const server = await startStreams({ generations: { 2: particular }, options: { drainTimeout: 1500 } })
    const [reader] = (await Reader.openTimes(server.target(), 1)) as [Reader]
    const old = await restart(server)
    await reader.more(50)
    expect(reader.generations).toEqual(['1'])
    expect(reader.faults).toEqual([])
    await server.waitForExit(old)
    await server.waitForLog(/drained: .*1 cut/)
  })

  it('if give() fails, with a warning', async () => {
    const server = await startStreams({ generations: { 1: { giveFails: true } }, options: { drainTimeout: 1500 } })
    const reader = await Reader.open(server.target())
    await restart(server)
    await server.waitForLog(/an event stream stays with this process, as its give\(\) has failed: no state today/)
    await reader.more(20)
    expect(reader.generations).toEqual(['1'])
  })

  it.each([
    ['it answers a POST', { method: 'POST' }, {}],
    ['Express compresses it', { path: '/api/events', headers: { 'accept-encoding': 'gzip' } }, { COMPRESSION: '1' }],
  ])('where %s', async (_, asked, env: Record<string, string>) => {
    const framework = env['COMPRESSION'] === undefined ? 'http' : 'express'
    const server = await startStreams({ framework, env, options: { drainTimeout: 1500 } })
    const reader = await Reader.open(server.target(), asked)
    const old = await restart(server)
    await server.waitForExit(old)
    await server.waitForLog(/drained: .*1 cut/)
    expect(eventsOf(server, 'came')).toEqual([])
    reader.destroy()
  })
})

describe('a successor that fails when streams come', () => {
  it('killed in the middle: what had not moved goes on, and what had is counted', async () => {
    const server = await startStreams({ generations: { 2: { killedAt: 4 } }, options: { drainTimeout: 4000 } })
    const readers = await Reader.openTimes(server.target(), 20)
    const old = await restart(server)
    const { pid } = await server.waitForGeneration(2)
    await server.waitForExit(pid)

    const goOn = await Promise.all(
      readers.map((reader) =>
        reader.more(20).then(
          () => true,
          () => false,
        ),
      ),
    )
    const survivors = goOn.filter(Boolean).length
    // Three were confirmed at most, each of which doubles the window at best: 1, 2, 4, and then 8 may be on their way.
    expect(survivors).toBeGreaterThanOrEqual(readers.length - 3 - 8)
    expect(survivors).toBeLessThanOrEqual(readers.length - 4)
    expect(readers.flatMap(({ faults }) => faults).filter((fault) => / came after /.test(fault))).toEqual([])

    await server.waitForExit(old)
    const [line] = await server.waitForLog(/drained: .*/)
    const count = (what: string): number => Number(new RegExp(`(\\d+) ${what}`).exec(line)?.[1] ?? 0)
    expect({ lost: count('handed over') + count('sent but not confirmed'), cut: count('cut') }).toEqual({
      lost: readers.length - survivors,
      cut: survivors,
    })
  })

  it('stopped and continued: nothing is lost', async () => {
    const server = await startStreams({ generations: { 2: { stopped: true } } })
    const readers = await Reader.openTimes(server.target(), 3)
    await restart(server)
    const { pid } = await server.waitForGeneration(2)
    await server.waitForLog(/has taken over; draining/)
    // It stops at the first request that it gets, and again at each that follows.
    const again = setInterval(() => server.signal('SIGCONT', pid), 100)
    try {
      await Promise.all(readers.map((reader) => reader.more(30)))
    } finally {
      clearInterval(again)
    }
    expect(readers.flatMap(({ faults }) => faults)).toEqual([])
  })
})

it('under a supervisor, each stream stays in its slot', async () => {
  const { server, target, roll } = await startSupervised('streams.mjs', { env: { START: Date.now() } })
  const readers = await Reader.openTimes(target(), 6)
  for (let time = 1; time <= 2; time += 1) {
    expect(await roll()).toMatch(/restarted 2 slots/)
    await Promise.all(readers.map((reader) => reader.more(10)))
  }
  await Promise.all(readers.map((reader) => reader.until(({ generations }) => generations.at(-1) === '3', 'the third')))
  expect(readers.flatMap(({ faults }) => faults)).toEqual([])
  expect(eventsOf(server, 'response close')).toEqual([])
})
