import { once } from 'node:events'
import { createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../src/drain/ledger.ts'
import { describeLedger } from '../../src/drain/ledger.ts'
import { drainServers } from '../../src/drain/drain-servers.ts'
import { resolve } from '../../src/options/resolve.ts'
import { drainable } from '../support/drains.ts'
import { GET, Inbox, converse, converseTimes, serve } from '../support/http.ts'
import { listen } from '../support/servers.ts'

type Servers = Parameters<typeof drainServers>[0]

/** Drains them without a predecessor; what is logged goes to `lines`. */
function drain(
  servers: Servers,
  drainTimeout: number,
  lines: string[] = [],
  predecessorGone = Promise.resolve(),
  cutBefore?: Promise<string>,
): Promise<Ledger> {
  const write = (message: string): void => void lines.push(message)
  const settings = resolve({ drainTimeout, logger: { info: write, warn: write, error: write } })
  return drainServers(servers, predecessorGone, settings, undefined, cutBefore)
}

describe('servers that drain', () => {
  it('are done at once where nothing is open', async () => {
    const lines: string[] = []
    const servers = [drainable(await listen(createServer())), drainable(await listen(createServer()))]
    const ledger = await drain(servers, 60_000, lines)
    expect(ledger).toMatchObject({ finished: 0, handedOver: 0, closedIdle: 0, cut: 0 })
    expect(servers.map(({ server }) => server.listening)).toEqual([false, false])
    expect(lines).toEqual([])
    expect(await drain([], 60_000, lines)).toMatchObject({ finished: 0, cut: 0 })
  })

  it('drain side by side, into one ledger', async () => {
    const inbox = new Inbox()
    const http = await serve(inbox.handler)
    const raw = drainable(await listen(createServer()))
    const { client } = await converse(http.server)
    const { socket } = await converse(raw.server)
    client.say(GET())
    const { response } = await inbox.next()
    const drained = drain([drainable(http.server, http.connections), raw], 60_000)
    response.end('ok')
    client.socket.end()
    socket.destroy()
    expect(await drained).toMatchObject({ finished: 2, closedIdle: 0, cut: 0, duration: expect.any(Number) })
  })

  it('tell a handler that still answers where they listened, and nobody after that', async () => {
    const inbox = new Inbox()
    const { server, connections } = await serve(inbox.handler)
    const before = server.address()
    const { client } = await converse(server)
    client.say(GET())
    const { response } = await inbox.next()

    const drained = drain([drainable(server, connections)], 60_000)

    expect({ listening: server.listening, address: server.address() }).toEqual({ listening: false, address: before })
    response.end('ok')
    client.socket.end()
    await drained
    expect(server.address()).toBeNull()
    expect(await listen(server)).toHaveProperty('listening', true)
    expect(server.address()).not.toEqual(before)
  })

  it('are cut at the deadline, and what is lost is counted and said', async () => {
    const lines: string[] = []
    const inbox = new Inbox()
    const http = await serve(inbox.handler)
    const [busy, another] = await converseTimes(http.server, 2)
    for (const one of [busy, another]) {
      one?.client.say(GET())
      await inbox.next()
    }
    const lost = Promise.all([busy, another].map((one) => once(one?.client.socket ?? http.server, 'close')))
    const ledger = await drain([drainable(http.server, http.connections)], 30, lines)
    await lost
    expect(ledger).toMatchObject({ finished: 0, closedIdle: 0, cut: 2 })
    expect(ledger.duration).toBeGreaterThanOrEqual(29)
    expect(lines).toEqual(['drainTimeout: after 30 ms, 2 connections were cut with something in flight.'])
  })

  it('say what was cut before the deadline, and apart from that what the deadline cuts', async () => {
    const lines: string[] = []
    const inbox = new Inbox()
    const http = await serve(inbox.handler)
    const [early, late] = await converseTimes(http.server, 2)
    early?.client.say(GET())
    await inbox.next()
    late?.client.say(GET())
    await inbox.next()
    const lost = Promise.all([early, late].map((one) => once(one?.client.socket ?? http.server, 'close')))
    const drained = drain([drainable(http.server, http.connections)], 200, lines)
    early?.socket.destroy()
    expect(await drained).toMatchObject({ finished: 0, closedIdle: 0, cut: 2 })
    await lost
    expect(lines).toEqual([
      '1 connection was cut with a request unanswered, by the application or a timeout of its own.',
      'drainTimeout: after 200 ms, 1 connection was cut with something in flight.',
    ])
  })

  it('are cut before the deadline where there is another reason, and that is said', async () => {
    const lines: string[] = []
    const inbox = new Inbox()
    const http = await serve(inbox.handler)
    const { client } = await converse(http.server)
    client.say(GET())
    await inbox.next()
    const lost = once(client.socket, 'close')
    const reason = Promise.resolve('to make room')
    const servers = [drainable(http.server, http.connections)]
    expect(await drain(servers, 60_000, lines, Promise.resolve(), reason)).toMatchObject({ finished: 0, cut: 1 })
    await lost
    expect(lines).toEqual(['to make room, 1 connection was cut with something in flight.'])
  })

  it('say nothing of a deadline at which nothing was lost', async () => {
    const lines: string[] = []
    const http = await serve(() => {})
    await converse(http.server)
    expect(await drain([drainable(http.server, http.connections)], 0, lines)).toMatchObject({ closedIdle: 1, cut: 0 })
    expect(lines).toEqual([])
  })

  it('are neither closed nor done before the predecessor is gone, which may hand connections over until then', async () => {
    const { server, connections, ...rest } = drainable(await listen(createServer()))
    const before = server.address()
    const heard: string[] = []
    server.on('close', () => heard.push('close'))
    let gone = (): void => {}
    const predecessorGone = new Promise<void>((leave) => (gone = leave))
    const drained = drain([{ server, connections, ...rest }], 60_000, [], predecessorGone)
    void drained.then(() => heard.push('drained'))
    server.close(() => heard.push('callback'))
    const { socket: late } = await converse(await listen(createServer()))
    server.emit('connection', late)
    await setImmediate()
    expect(heard).toEqual([])
    expect(server.address()).toEqual(before)

    gone()
    await setImmediate()
    expect(heard).toEqual(['close', 'callback'])
    late.destroy()
    await drained
    expect(heard).toEqual(['close', 'callback', 'drained'])
  })

  it('leave no timer behind', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const servers = [drainable(await listen(createServer()))]
    const before = timers()
    await drain(servers, 60_000)
    expect(timers()).toBeLessThanOrEqual(before)
  })
})

describe('a ledger', () => {
  const ledger = { finished: 1, handedOver: 2, unconfirmed: 0, closedIdle: 3, cut: 4, duration: 5.678 }

  it('is told in one line', () => {
    expect(describeLedger(ledger)).toBe('1 finished, 2 handed over, 3 closed idle, 4 cut in 6 ms')
    expect(describeLedger({ ...ledger, unconfirmed: 7 })).toBe(
      '1 finished, 2 handed over, 3 closed idle, 4 cut, 7 sent but not confirmed in 6 ms',
    )
  })
})
