import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { describeLedger } from '../../src/drain/ledger.ts'
import { drainServers } from '../../src/drain/servers.ts'
import { drainable } from '../support/drains.ts'
import { GET, Inbox, converse, converseTimes, serve } from '../support/http.ts'
import { listen } from '../support/servers.ts'

const logged = (): { logger: Parameters<typeof drainServers>[2]; lines: string[] } => {
  const lines: string[] = []
  const write = (message: string): void => void lines.push(message)
  return { logger: { info: write, warn: write, error: write }, lines }
}

describe('servers that drain', () => {
  it('are done at once where nothing is open', async () => {
    const { logger, lines } = logged()
    const servers = [drainable(await listen(createServer())), drainable(await listen(createServer()))]
    const ledger = await drainServers(servers, 60_000, logger)
    expect(ledger).toMatchObject({ finished: 0, handedOver: 0, closedIdle: 0, cut: 0 })
    expect(servers.map(({ server }) => server.listening)).toEqual([false, false])
    expect(lines).toEqual([])
    expect(await drainServers([], 60_000, logger)).toMatchObject({ finished: 0, cut: 0 })
  })

  it('drain side by side, into one ledger', async () => {
    const { logger } = logged()
    const inbox = new Inbox()
    const http = await serve(inbox.handler)
    const raw = drainable(await listen(createServer()))
    const { client } = await converse(http.server)
    const { socket } = await converse(raw.server)
    client.say(GET())
    const { response } = await inbox.next()
    const drained = drainServers([http, raw], 60_000, logger)
    response.end('ok')
    client.socket.end()
    socket.destroy()
    expect(await drained).toMatchObject({ finished: 2, closedIdle: 0, cut: 0, duration: expect.any(Number) })
  })

  it('are cut at the deadline, and what is lost is counted and said', async () => {
    const { logger, lines } = logged()
    const inbox = new Inbox()
    const http = await serve(inbox.handler)
    const [busy, another] = await converseTimes(http.server, 2)
    for (const one of [busy, another]) {
      one?.client.say(GET())
      await inbox.next()
    }
    const lost = Promise.all([busy, another].map((one) => once(one?.client.socket ?? http.server, 'close')))
    const ledger = await drainServers([http], 30, logger)
    await lost
    expect(ledger).toMatchObject({ finished: 0, closedIdle: 0, cut: 2 })
    expect(ledger.duration).toBeGreaterThanOrEqual(29)
    expect(lines).toEqual(['drainTimeout: after 30 ms, 2 connections were cut with something in flight.'])
  })

  it('say nothing of a deadline at which nothing was lost', async () => {
    const { logger, lines } = logged()
    const http = await serve(() => {})
    await converse(http.server)
    expect(await drainServers([http], 0, logger)).toMatchObject({ closedIdle: 1, cut: 0 })
    expect(lines).toEqual([])
  })

  it('leave no timer behind', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const servers = [drainable(await listen(createServer()))]
    const before = timers()
    await drainServers(servers, 60_000, logged().logger)
    expect(timers()).toBeLessThanOrEqual(before)
  })
})

describe('a ledger', () => {
  it('is told in one line', () => {
    expect(describeLedger({ finished: 1, handedOver: 2, closedIdle: 3, cut: 4, duration: 5.678 })).toBe(
      '1 finished, 2 handed over, 3 closed idle, 4 cut in 6 ms',
    )
  })
})
