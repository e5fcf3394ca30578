import { describe, expect, it } from 'vitest'
import { Wire } from '../handover/stage/wire.ts'
import { eventsOf, restartAndLeave, startServer } from '../support/index.ts'
import { POST, commit, count, counted } from './stage.ts'

describe('a session', () => {
  it.each([
    ['of that name', 'renamed'],
    ['at all', null],
  ])('stays with the old process, with one warning, if the new release has no sessions %s', async (_, name) => {
    const server = await startServer('sessions', { env: { GENERATIONS: JSON.stringify({ 2: { name } }) } })
    const [wire, other] = (await Wire.openTimes(server.target(), 2)) as [Wire, Wire]
    await count(wire, 'a', '?new')
    await count(other, 'b', '?new')
    // In flight until its body ends, with another one behind it.
    const both = POST('/s/a', 'abc') + POST('/s/a?ms=50')
    const half = both.indexOf('bc')
    wire.write(both.slice(0, half))
    other.write(POST('/s/c?new&ms=500'))
    await commit(server)
    await server.waitForLog(
      /sessions of counts: the new release has none of that name\. This process keeps its 3 until/,
    )

    wire.write(both.slice(half))
    expect(await counted(wire)).toMatchObject({ count: 2, by: 1 })
    expect(await counted(wire)).toMatchObject({ count: 3, by: 1 })
    expect(await counted(other)).toMatchObject({ count: 1, by: 1 })
    await server.waitForExit()
    // What reaches the new release is answered without it, at once.
    wire.write(POST('/s/a'))
    expect((await wire.answer()).status).toBe(404)
    expect(eventsOf(server, 'gave')).toEqual([])
    expect(server.output.lines.filter((line) => line.includes('the new release has none'))).toHaveLength(1)
  })

  it('goes to a new release that makes its sessions only just before it is ready, and none of another name', async () => {
    const server = await startServer('sessions', {
      env: { GENERATIONS: '{"2":{"name":"others","laterName":"counts"}}' },
      options: { readiness: 'manual', probation: 0 },
    })
    const wire = await Wire.open(server.target())
    await count(wire, 'a', '?new')
    await restartAndLeave(server)
    expect(await count(wire, 'a')).toMatchObject({ count: 2, by: 2 })
    expect(server.output.toString()).not.toContain('the new release has none')
  })
})
