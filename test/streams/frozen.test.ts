import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, restartAndLeave, until } from '../support/index.ts'
import { Reader } from './stage/reader.ts'
import { startStreams } from './stage/server.ts'

const isCut = (reader: Reader): Promise<unknown> => until(() => reader.faults[0], 'the end of the stream')
const closes = (server: ServerProcess): unknown[] => eventsOf(server, 'response close').map(({ by }) => by)

describe('an event stream with which the old process does something in the moment of its move', () => {
  it('is cut off for its client by destroy(), and counts as moved', async () => {
    const server = await startStreams({ generations: { 1: { frozen: 'destroy' } } })
    const reader = await Reader.open(server.target())
    await restartAndLeave(server)
    await isCut(reader)
    expect(reader.faults).toEqual(['aborted'])
    await until(() => closes(server).length === 2, 'its end in both processes')
    expect(closes(server).toSorted()).toEqual([1, 2])
    await server.waitForLog(/drained: 0 finished, 1 handed over, 0 closed idle, 0 cut/)
  })

  it('is cut off also if the new process refuses it', async () => {
    const server = await startStreams({ generations: { 1: { frozen: 'destroy' }, 2: { status: 401 } } })
    const reader = await Reader.open(server.target())
    await restartAndLeave(server)
    await isCut(reader)
    expect(closes(server)).toEqual([1])
    await server.waitForLog(/1 connection was cut with a request unanswered, by the application/)
  })

  it.each([200, 401])('has the application told at once what cannot be written, and goes on (%i)', async (status) => {
    const server = await startStreams({
      generations: { 1: { frozen: 'wrong' }, 2: status === 200 ? {} : { status } },
      options: { drainTimeout: 2000 },
    })
    const reader = await Reader.open(server.target())
    await server.restart()
    await server.waitForLog(/has taken over; draining/)
    const thrown = await until(() => eventsOf(server, 'thrown')[0], 'the error')
    expect(thrown).toMatchObject({ by: 1, code: 'ERR_INVALID_ARG_TYPE' })
    await reader.more(20)
    expect(reader.faults).toEqual([])
    if (status === 200)
      await reader.until(({ generations }) => generations.at(-1) === '2', 'an event of the new process')
  })
})

describe('an event stream that has moved', () => {
  it('is cut off by destroy() in the old process, but not in its shutdown hooks', async () => {
    const server = await startStreams({ env: { STREAMS: '2', DESTROY_IN_HOOK: '1' } })
    const [first, other] = (await Reader.openTimes(server.target(), 2)) as [Reader, Reader]
    const publisher = await Reader.open(server.target(), { path: '/destroy-when-moved' })
    await restartAndLeave(server)
    await until(() => first.faults.length + other.faults.length > 0, 'the end of a stream')
    const left = first.faults.length === 0 ? first : other
    await left.more(20)
    expect(left.generations.at(-1)).toBe('2')
    expect(publisher.ended).toBe(true)
  })
})
