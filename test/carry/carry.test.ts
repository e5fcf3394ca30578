import { describe, expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import { FIXTURES, until } from '../support/index.ts'
import { Client, cameTo, startCarrying } from './stage.ts'

interface All {
  generation: number
  counters: Record<string, number>
  cached: number
}

describe('what a process has in memory', () => {
  it('is there when its successor answers its first request', async () => {
    const server = await startCarrying({ 1: { entries: 2000 } })
    const client = new Client(server)
    expect(await client.ask('/count/visits')).toBe(1)
    const old = server.pid
    await server.restart()
    await server.waitForExit()
    expect(await new Client(server).ask('/all')).toEqual({ generation: 2, counters: { visits: 1 }, cached: 2000 })
    expect(await cameTo(server, 1)).toEqual({})
    const from = { pid: old, generation: 1 }
    expect(await cameTo(server, 2)).toMatchObject({
      counters: { entries: 1, complete: true, from },
      cache: { entries: 2000, complete: true, from },
    })
    expect(server.output.toString()).toMatch(
      /carry 'cache': 2000 entries \(0\.\d MB\) came from generation 1 in \d+ ms/,
    )
  })

  it('follows when it changed after it went: at the commit, while the old process drains, and at its end', async () => {
    const server = await startCarrying({}, { options: { probation: 500 } })
    const [early, late, later] = [new Client(server), new Client(server), new Client(server)]
    await early.ask('/set/early/1')
    const lateCount = late.ask('/count/late?ms=1500')
    const laterCount = later.ask('/count/later?ms=3500')
    await server.restart()
    // In the probation both processes answer; whichever does, it has to be right in the end.
    await early.ask('/set/early/2')
    await server.waitForLog(/has taken over/)
    expect(await lateCount).toBe(1)
    const fresh = new Client(server)
    // Long before the old process has ended.
    await until(async () => (await fresh.ask<All>('/all')).counters['late'] === 1, 'a count of the old process')
    expect((await fresh.ask<All>('/all')).counters['later']).toBeUndefined()
    expect(await laterCount).toBe(1)
    await server.waitForExit()
    expect(await fresh.ask('/all')).toMatchObject({ generation: 2, counters: { late: 1, later: 1 } })
    expect(await fresh.ask('/get/early')).toBe('2')
  })

  it('loses no count and counts none twice, in restarts one after the other', async () => {
    const server = await startCarrying({}, { options: { probation: 100 } })
    const answered = new Map<string, number>()
    const over = new AbortController()
    const clients = Array.from({ length: 8 }, async (_, i) => {
      const client = new Client(server)
      for (let n = 0; !over.signal.aborted; n += 1) {
        const key = `key ${n % 50}`
        await client.ask(`/count/${encodeURIComponent(key)}?ms=${i === 0 ? 300 : n % 4}`)
        answered.set(key, (answered.get(key) ?? 0) + 1)
      }
    })
    const processes = [server.pid]
    for (let restart = 0; restart < 5; restart += 1) processes.push((await server.restart()).pid)
    over.abort()
    await Promise.all(clients)
    for (const pid of processes.slice(0, -1)) await server.waitForExit(pid)
    const { generation, counters } = await new Client(server).ask<All>('/all')
    expect(generation).toBe(6)
    const decoded = Object.fromEntries(Object.entries(counters).map(([key, n]) => [decodeURIComponent(key), n]))
    expect(decoded).toEqual(Object.fromEntries(answered))
  })

  it('is each slot’s own under `zerodown run`', async () => {
    const { server, roll } = await startSupervised('carry.mjs', { slots: 2, cwd: FIXTURES })
    await roll()
    await roll()
    for (const generation of [1, 2, 3]) {
      for (const slot of [1, 2]) await server.waitForLog(new RegExp(`^.*slot ${slot} in ${generation} has ${slot}$`))
    }
    expect(server.output.toString()).toMatch(/carry 'cache': 1 entries .* came from generation 2/)
  })
})

describe('a successor serves without it', () => {
  it('where its version is another one', async () => {
    const server = await startCarrying({ 1: { entries: 10 }, 2: { version: 2 }, 3: { version: 2 } })
    await server.restart()
    await server.waitForExit()
    expect(await cameTo(server, 2)).toEqual({})
    expect(server.output.toString()).toContain(
      "carry 'cache': nothing came from the predecessor: its version is 1, not 2.",
    )
    const second = server.current()
    const client = new Client(server)
    expect(await client.ask('/all')).toEqual({ generation: 2, counters: {}, cached: 0 })
    await client.ask('/set/key/value')
    await server.restart()
    await server.waitForExit(second)
    expect(await client.ask('/get/key')).toBe('value')
  })

  it('where the older release has none', async () => {
    const server = await startCarrying({ 1: { without: true } })
    await server.restart()
    expect(await cameTo(server, 2)).toEqual({})
    await server.waitForExit()
    expect(server.output.toString()).toContain(
      "carry 'cache': nothing came from the predecessor: it does not know this name",
    )
  })

  it('where the new release has none, and the log of the old process says so', async () => {
    // An attempt that fails has asked for it.
    const server = await startCarrying({ 1: { entries: 10 }, 2: { killTakingAt: 1, without: 'once killed' } })
    server.signal('SIGUSR2')
    await server.waitForLog(/was ended by SIGKILL/)
    expect(server.output.toString()).not.toContain('nothing of that name')
    await server.restart()
    await server.waitForExit()
    for (const name of ['cache', 'counters'])
      await server.waitForLog(new RegExp(`warning: carry '${name}': the new release has nothing of that name`))
    expect(await new Client(server).ask('/all')).toMatchObject({ generation: 2, cached: 0 })
  })

  it('beyond the limit of size, and what came by then is there', async () => {
    const server = await startCarrying({ 1: { entries: 20_000 }, 2: { maxBytes: 1_000_000 } })
    await server.restart()
    const { cache } = await cameTo(server, 2)
    expect(cache).toMatchObject({ complete: false })
    expect(cache?.bytes).toBeLessThanOrEqual(1_000_000)
    await server.waitForExit()
    expect((await new Client(server).ask<All>('/all')).cached).toBe(cache?.entries)
    expect(server.output.toString()).toMatch(/but not all: it is larger than 1000000 bytes \(maxBytes\)/)
  })

  it('beyond the limit of time', async () => {
    const server = await startCarrying({ 1: { entries: 200_000 }, 2: { timeout: 1000, pace: 300 } })
    await server.restart()
    expect(await cameTo(server, 2)).toMatchObject({ cache: { complete: false } })
    expect(server.output.toString()).toMatch(/but not all: .* 1000 ms \(timeout\)/)
    await server.waitForExit()
    expect((await new Client(server).ask<All>('/all')).generation).toBe(2)
  })

  it('where something in it cannot be sent, and the log of the old process says what', async () => {
    const server = await startCarrying({ 1: { entries: 10, shares: true } })
    await server.restart()
    await server.waitForExit()
    await server.waitForLog(/error: carry 'cache': give\(\) failed: #<SharedArrayBuffer> could not be cloned/)
    expect((await new Client(server).ask<All>('/all')).generation).toBe(2)
  })

  it('where it cannot take it', async () => {
    const server = await startCarrying({ 1: { entries: 10 }, 2: { takes: 'fails' } })
    await server.restart()
    await server.waitForExit()
    await server.waitForLog(/error: carry 'cache': take\(\) failed: this release takes nothing/)
    expect(await new Client(server).ask('/all')).toMatchObject({ generation: 2, cached: 0 })
  })

  it('where its predecessor is killed in the middle: what came by then is there', async () => {
    const server = await startCarrying({ 1: { entries: 50_000, killGivingAt: 40_000 } })
    server.signal('SIGUSR2')
    expect(await server.waitForExit()).toBe('SIGKILL')
    await server.waitForGeneration(2)
    const { cache } = await cameTo(server, 2)
    expect(cache).toMatchObject({ complete: false })
    expect(cache?.entries).toBeGreaterThan(0)
    expect(await new Client(server).ask('/all')).toMatchObject({ generation: 2, cached: cache?.entries })
  })
})

describe('a process whose successor fails', () => {
  it('has all that it had, and gives it to the next one', async () => {
    const server = await startCarrying({ 1: { entries: 1000 } })
    const client = new Client(server)
    await client.ask('/count/visits')
    const failed = await server.restart()
    process.kill(failed.pid, 'SIGKILL')
    await server.waitForLog(/was ended by SIGKILL/)
    expect(await client.ask('/count/visits')).toBe(2)
    expect(await client.ask('/all')).toEqual({ generation: 1, counters: { visits: 2 }, cached: 1000 })
    await server.restart()
    await server.waitForExit()
    expect(await new Client(server).ask('/all')).toEqual({ generation: 2, counters: { visits: 2 }, cached: 1000 })
  })

  it('goes on also where that was killed in the middle of taking', async () => {
    const server = await startCarrying({ 1: { entries: 50_000 }, 2: { killTakingAt: 1 } })
    server.signal('SIGUSR2')
    await server.waitForLog(/was ended by SIGKILL/)
    const client = new Client(server)
    await client.ask('/set/key/value')
    await server.restart()
    await server.waitForExit()
    expect(await new Client(server).ask('/all')).toMatchObject({ generation: 2, cached: 50_001 })
  })
})
