import { describe, expect, it } from 'vitest'
import { Wire } from '../handover/stage/wire.ts'
import { eventsOf, restartAndLeave } from '../support/index.ts'
import { Reader } from './stage/reader.ts'
import { startStreams } from './stage/server.ts'

describe('an event stream', () => {
  it.each(['http', 'express', 'koa', 'fastify'] as const)('goes on through restarts, with %s', async (framework) => {
    const server = await startStreams({ framework })
    const path = framework === 'express' ? '/api/events' : '/events'
    const readers = await Reader.openTimes(server.target(), 3, { path })
    await Promise.all(readers.map((reader) => reader.more(5)))

    for (let restart = 1; restart <= 2; restart += 1) {
      await restartAndLeave(server)
      await Promise.all(readers.map((reader) => reader.more(5)))
    }

    expect(readers.flatMap(({ faults }) => faults)).toEqual([])
    expect(readers.map(({ generations }) => generations.at(-1))).toEqual(['3', '3', '3'])
    expect(eventsOf(server, 'response close')).toEqual([])
    expect(eventsOf(server, 'request error')).toEqual([])
  })

  it('is followed by the next request on the same connection, when the successor ends it', async () => {
    const server = await startStreams()
    const reader = await Reader.open(server.target(), { path: '/until/2' })
    await reader.more(5)
    const { localPort } = reader

    await restartAndLeave(server)
    await reader.until(({ ended }) => ended, 'the end of the stream')

    expect(await reader.ask()).toEqual({ body: '2', localPort })
    expect(reader.faults).toEqual([])
  })

  it('is one request among those that maxRequestsPerSocket allows on its connection, however often it moves', async () => {
    const server = await startStreams({ env: { REQUESTS: '5' } })
    const wire = await Wire.open(server.target())
    const closes = [(await wire.ask()).close, (await wire.ask()).close]
    wire.get('/until/3')
    await wire.answerBegins()

    await restartAndLeave(server)
    await restartAndLeave(server)

    closes.push((await wire.answer()).close, (await wire.ask()).close, (await wire.ask()).close)
    expect(closes).toEqual([false, false, false, false, true])
    await wire.ended()
  })

  it('moves also as the last one that maxRequestsPerSocket allows, and ends its connection in the successor', async () => {
    const server = await startStreams({ env: { REQUESTS: '2' } })
    const wire = await Wire.open(server.target())
    await wire.ask()
    wire.get('/until/2')
    await wire.answerBegins()

    await restartAndLeave(server)

    expect((await wire.answer()).close).toBe(true)
    expect(eventsOf(server, 'came')).toHaveLength(1)
    await wire.ended()
  })

  it('has along what give() returned', async () => {
    const server = await startStreams()
    const reader = await Reader.open(server.target())

    await restartAndLeave(server)
    await restartAndLeave(server)
    await reader.more(1)

    expect(eventsOf(server, 'came')).toMatchObject([{ state: { moves: 1 } }, { state: { moves: 2 } }])
  })

  it('has each event once that the old process still writes', async () => {
    const server = await startStreams({ env: { STREAMS: '2', WHOLE: '1' } })
    const readers = await Reader.openTimes(server.target(), 2)
    const publisher = await Reader.open(server.target(), { path: '/publish-when-moved' })
    await restartAndLeave(server)
    await Promise.all(readers.map((reader) => reader.more(20)))

    expect(publisher.ended).toBe(true)
    for (const { others, faults } of readers) {
      expect(faults).toEqual([])
      expect(others).toEqual(['id: late-1-1\ndata: broadcast'])
    }
  })
})
