import { describe, expect, it } from 'vitest'
import { Wire } from '../handover/stage/wire.ts'
import { eventsOf, restartAndLeave, until } from '../support/index.ts'
import { POST, Used, accepted, count, counted, startFaulty } from './stage.ts'

describe('sessions in use stay where they are, and go along with the next restart, if the successor', () => {
  it.each([
    ['is never ready', 'hang', /was not ready within 5000 ms/],
    ['exits before it is ready', 'exit1', /exited with code 1 before it was ready/],
    ['exits in its probation', 'die-in-probation:100', /exited with code 1 in its probation/],
    ['is killed in its probation', 'kill-in-probation:100', /was ended by SIGKILL in its probation/],
    ['shuts down in its probation', 'shut-down-when-ready', /is leaving \(it shuts down\) in its probation/],
  ])('%s', async (_, words, says) => {
    const { server, fault } = await startFaulty({ probation: 2000, readyTimeout: words === 'hang' ? 5000 : 40_000 })
    const sessions = await Promise.all(Array.from({ length: 5 }, (__, at) => Used.make(server, `k${at}`)))
    const held = await Wire.open(server.target())
    await count(held, 'held', '?new')
    // In flight until its body ends.
    held.write(POST('/s/held', 'abc').slice(0, -1))
    const over = new AbortController()
    const using = sessions.map(async (session, at) => {
      while (!over.signal.aborted) await session.goesOnIn(1, `?ms=${at * 5}`)
    })

    await fault(words)
    server.signal('SIGUSR2')
    await server.waitForLog(says)
    await (await Used.make(server, 'late')).goesOnIn(1)
    over.abort()
    await Promise.all(using)
    held.write('c')
    expect(await counted(held)).toEqual({ count: 2, by: 1, bytes: 3 })
    for (const session of sessions) await session.goesOnIn(1)
    expect([eventsOf(server, 'gave'), eventsOf(server, 'took')]).toEqual([[], []])

    await fault()
    await restartAndLeave(server)
    for (const session of sessions) await session.goesOnIn(2)
    expect(await count(held, 'held')).toEqual({ count: 3, by: 2, bytes: 0 })
    expect(eventsOf(server, 'took')).toHaveLength(7)
    expect(eventsOf(server, 'changed a session that was given')).toEqual([])
  })
})

describe('requests that a successor has accepted in its probation, for a session of the old process', () => {
  it('are answered by the old process at once, also when the restart is rolled back', async () => {
    const { server } = await startFaulty({ probation: 60_000 })
    const session = await Used.make(server, 'a')
    server.signal('SIGUSR2')
    await server.waitForAnnouncement(1)
    const [wire, later, keeper] = [await accepted(server), await accepted(server), await accepted(server)]
    expect(await count(wire, 'a', '', 'abc')).toEqual({ count: 2, by: 1, bytes: 3 })
    // The successor lives on until the body ends.
    await count(keeper, 'made', '?new')
    keeper.write(POST('/s/made', 'abc').slice(0, -1))
    // In flight in both of them when it leaves.
    wire.write(POST('/s/a?tell', 'abc').slice(0, -1))
    await until(() => eventsOf(server, 'began').length === 1, 'it to come to the old process')

    server.signal('SIGTERM', server.latest.pid)
    await server.waitForLog(/the restart is rolled back, and the 1 that this process made are lost/)
    wire.write('c')
    expect(await counted(wire)).toEqual({ count: 3, by: 1, bytes: 3 })
    wire.end()
    expect(await count(later, 'a', '', 'abc')).toEqual({ count: 4, by: 1, bytes: 3 })
    keeper.write('c')
    expect(await counted(keeper)).toMatchObject({ count: 2, by: 2 })
    keeper.end()
    await server.waitForLog(/the restart failed/)
    expect(await count(session.wire, 'a')).toEqual({ count: 5, by: 1, bytes: 0 })
  })

  it('and go on in the successor after the commit', async () => {
    const { server } = await startFaulty({ probation: 2000 })
    const session = await Used.make(server, 'a')
    server.signal('SIGUSR2')
    await server.waitForAnnouncement(1)
    const wire = await accepted(server)
    expect(await count(wire, 'a')).toMatchObject({ count: 2, by: 1 })
    await server.waitForLog(/"took".*"key":"a"/)
    expect(await count(wire, 'a')).toMatchObject({ count: 3, by: 2 })
    expect(await count(session.wire, 'a')).toMatchObject({ count: 4, by: 2 })
  })
})

describe('sessions of a successor that is killed as it takes over', () => {
  it('stay with the old process, which answers their requests as long as it lives', async () => {
    const { server, fault } = await startFaulty({ probation: 0 })
    const sessions = await Promise.all(Array.from({ length: 5 }, (_, at) => Used.make(server, `k${at}`)))
    const held = await Wire.open(server.target())
    await count(held, 'held', '?new')
    held.write(POST('/s/held', 'abc').slice(0, -1))
    await fault('kill-in-charge')
    server.signal('SIGUSR2')
    await server.waitForLog(/has taken over; draining/)
    for (const session of sessions) await session.goesOnIn(1)
    held.write('c')
    expect(await counted(held)).toEqual({ count: 2, by: 1, bytes: 3 })
    // It ends when its clients have gone.
    for (const { wire } of sessions) wire.end()
    held.end()
    await server.waitForExit()
    expect(eventsOf(server, 'gave')).toEqual([])
    expect(server.output.toString()).not.toContain('are lost')
  })
})
