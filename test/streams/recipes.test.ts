import { describe, expect, it } from 'vitest'
import { Reader } from './stage/reader.ts'
import { startStreams } from './stage/server.ts'

describe('streams that do not move', () => {
  it('finish in the old process, however long they take, with a long drainTimeout', async () => {
    const server = await startStreams({ env: { WHOLE: '1' }, options: { drainTimeout: 600_000 } })
    // The answer to a POST: what it says is in the old process only.
    const answer = await Reader.open(server.target(), { path: '/answer', method: 'POST' })
    const old = server.current()
    await server.restart()
    await server.waitForLog(/has taken over; draining/)

    const other = await Reader.open(server.target())
    await other.more(1)
    expect(other.generations).toEqual(['2'])
    await answer.more(100)
    expect(answer.generations).toEqual(['1'])

    server.signal('SIGWINCH', old)
    await answer.until(({ ended }) => ended, 'the end of the answer')
    await server.waitForExit(old)
    await server.waitForLog(/drained: .*1 handed over.*0 cut/)
  })

  it('are ended by the application at a shutdown, and so is the process', async () => {
    // An application that ends a stream in the middle of an event does so without us as well.
    const server = await startStreams({ env: { END_AT_SHUTDOWN: '1', WHOLE: '1' } })
    const [moved] = (await Reader.openTimes(server.target(), 1)) as [Reader]
    const old = server.current()
    await server.restart()
    await server.waitForExit(old)
    // Not at a restart.
    await moved.more(5)
    expect(moved.generations.at(-1)).toBe('2')

    server.signal('SIGTERM')
    await moved.until(({ ended }) => ended, 'the end of the stream')
    await server.waitForExit(server.announcements[1]?.pid)
    expect(moved.faults).toEqual([])
  })
})
