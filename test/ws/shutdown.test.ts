import { describe, expect, it } from 'vitest'
import { openClients, startWs } from './stage/server.ts'

describe('at a shutdown', () => {
  it('all WebSockets are closed with 1012, not all at once, and none is cut', async () => {
    const server = await startWs({ options: { drainTimeout: 5000 } })
    const clients = await openClients(server, 60)
    server.signal('SIGTERM')
    const ends = await Promise.all(clients.map((client) => client.closed()))
    expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([1012]))
    const times = ends.map(({ at }) => at).toSorted((a, b) => a - b)
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(2000)
    await server.waitForLog(/drained: 60 finished, 0 handed over, 0 closed idle, 0 cut/)
    expect(await server.waitForExit()).toBe(0)
  })

  it('what the application closes itself gets the code of the application', async () => {
    const server = await startWs({ generations: { 1: { closeWhenDraining: 4000 } } })
    const clients = await openClients(server, 5)
    server.signal('SIGTERM')
    const ends = await Promise.all(clients.map((client) => client.closed()))
    expect(ends.map(({ code }) => code)).toEqual([4000, 4000, 4000, 4000, 4000])
  })
})
