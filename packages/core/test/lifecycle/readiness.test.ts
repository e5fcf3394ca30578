import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ListenTarget } from '../../src/listeners/listen-target.ts'
import type { InheritedListener } from '../../src/listeners/inherited.ts'
import { InheritedListeners } from '../../src/listeners/inherited.ts'
import { Readiness } from '../../src/lifecycle/readiness.ts'
import { ProcessState } from '../../src/lifecycle/state.ts'
import type { Options } from '../../src/options/options.ts'
import type { Origin } from '../../src/restart/origin.ts'
import { Predecessor } from '../../src/restart/predecessor.ts'
import type { AttachedServer } from '../../src/servers/attached-server.ts'
import { AttachedServers } from '../../src/servers/attached-servers.ts'
import { arrived, channelInMemory } from '../support/carriers.ts'
import { inherit } from '../support/inherited.ts'
import { TestedProcess, anOrigin, settingsOf } from '../support/lifecycles.ts'
import { endWithTest, listen, portOf } from '../support/servers.ts'

const tcp = (host: string, port: number): ListenTarget => ({ kind: 'tcp', host, port, ipv6Only: false })

/** Decides by itself, of some servers; what it has said is noted. */
function decision({ options = {}, origin = {}, said = false }: Given = {}) {
  const state = new ProcessState()
  const from = anOrigin(origin)
  const servers = new AttachedServers(from, () => {})
  const told: unknown[] = []
  const readiness = new Readiness({ settings: settingsOf(options), origin: from, servers, state }, said, {
    ready: () => {
      told.push('ready')
      state.enter('serving')
    },
    misplaced: (message, forGood) => told.push([message, forGood]),
  })
  onTestFinished(() => readiness.cancel())
  servers.watch({
    serverListens: () => readiness.check(),
    serverFailed: () => readiness.check(),
    serverClosed: (server: AttachedServer) => {
      servers.forget(server)
      readiness.check()
    },
    serverCannotReceive() {},
    serverSetAside() {},
  })
  const attach = () => {
    const server = createServer()
    endWithTest(server)
    servers.add(server)
    return server
  }
  return { readiness, servers, state, told, attach }
}

interface Given {
  options?: Options
  origin?: Partial<Origin>
  said?: boolean
}

/** That of a successor of this process, to which these were passed: ports that nobody asks for, and what can be adopted. */
function inherited(...passed: (number | InheritedListener)[]): Partial<Origin> {
  const listeners = passed.map((one, at) =>
    typeof one === 'number' ? { fd: 900 + at, bound: tcp('127.0.0.1', one), inode: 0 } : one,
  )
  return {
    listeners: new InheritedListeners(listeners),
    predecessor: new Predecessor(process.pid, channelInMemory().toPredecessor),
  }
}

/** What it decides, a second after its last change: the time in which new code may still call `listen()`. */
const decided = (told: unknown[]): Promise<unknown> => vi.waitUntil(() => told[0], { timeout: 10_000, interval: 10 })

const ANY = { port: 0, host: '127.0.0.1' }

describe('a process is ready by itself', () => {
  it('when all of its servers listen', async () => {
    const { told, attach } = decision()
    const [first, second] = [attach(), attach()]
    await once(first.listen(await fixed()), 'listening')
    await arrived()
    expect(told).toEqual([])
    await once(second.listen(await fixed()), 'listening')
    await arrived()
    expect(told).toEqual(['ready'])
  })

  it('not before a server listens that was attached in the same turn', async () => {
    const { told, attach } = decision()
    const first = attach()
    first.listen(await fixed())
    await once(first, 'listening')
    const second = attach()
    const where = await fixed()
    await arrived()
    expect(told).toEqual([])
    await once(second.listen(where), 'listening')
    await arrived()
    expect(told).toEqual(['ready'])
  })

  it('when the server that did not listen yet is closed or could not listen, beside another on that port', async () => {
    const { told, attach } = decision()
    const first = await listen(attach(), ANY)
    const taken = attach()
    taken.on('error', () => {})
    taken.listen(portOf(first), '127.0.0.1')
    await once(taken, 'error')
    await arrived()
    expect(told).toEqual(['ready'])
  })

  it('not where no server listens', async () => {
    const { told, attach, readiness } = decision()
    readiness.check()
    attach()
    readiness.check()
    await arrived()
    expect(told).toEqual([])
  })

  it('once, and never when it has left the state "starting"', async () => {
    const { told, attach, state, readiness } = decision()
    await listen(attach(), ANY)
    state.enter('draining')
    readiness.check()
    readiness.say()
    await arrived()
    expect(told).toEqual([])
  })
})

/** Where it listens itself: a port that no other test asks for. */
async function fixed(): Promise<{ port: number; host: string }> {
  const server = createServer().listen(ANY)
  await once(server, 'listening')
  const where = { port: portOf(server), host: '127.0.0.1' }
  server.close()
  await once(server, 'close')
  return where
}

describe('a successor that does not ask for all of what it has inherited', () => {
  it('is ready a second later, or misplaced; and neither where this is settled before', async () => {
    const adopted = await inherit()
    const begun = performance.now()
    const adopts = decision({ origin: inherited(7001, adopted) })
    await listen(adopts.attach(), ANY)
    await listen(adopts.attach(), await fixed())
    const elsewhere = decision({ origin: inherited(7001, 7002) })
    const where = await fixed()
    await listen(elsewhere.attach(), where)
    const tool = decision({ origin: inherited(7001) })
    await listen(tool.attach(), ANY)

    const said = decision({ origin: inherited(7001) })
    await listen(said.attach(), await fixed())
    const closed = decision({ origin: inherited(7001) })
    const server = await listen(closed.attach(), await fixed())
    await arrived()
    said.readiness.say()
    server.close()
    await once(server, 'close')
    const inCharge = decision({ origin: { ...inherited(7001), predecessor: undefined } })
    await listen(inCharge.attach(), await fixed())
    await arrived()
    expect([adopts.told, elsewhere.told, said.told]).toEqual([[], [], ['ready']])

    expect(await decided(inCharge.told)).toBe('ready') // It began last, so all others have decided.
    expect(performance.now() - begun).toBeGreaterThan(990)
    expect(adopts.told).toEqual(['ready'])
    expect(elsewhere.told).toEqual([[expect.stringMatching(misplaced(where.port, '7001, tcp:127.0.0.1:7002')), true]])
    expect(tool.told).toEqual([[expect.stringMatching(misplaced('\\d+', '7001')), false]])
    expect([said.told, closed.told]).toEqual([['ready'], []])
  })
})

const misplaced = (here: string | number, there: string): RegExp =>
  new RegExp(`^it listens on tcp:127\\.0\\.0\\.1:${here} in place of tcp:127.0.0.1:${there}, which it was to take over`)

describe('with readiness: manual', () => {
  const manual: Options = { readiness: 'manual' }

  it('a process is ready when the application says so, and not before', async () => {
    const { told, attach, readiness } = decision({ options: manual })
    await listen(attach(), ANY)
    await arrived()
    expect(told).toEqual([])
    readiness.say()
    expect(told).toEqual(['ready'])
  })

  it('what was said before the first listen() counts when all servers listen', async () => {
    const { told, attach } = decision({ options: manual, said: true })
    await listen(attach(), ANY)
    await arrived()
    expect(told).toEqual(['ready'])
  })
})

describe('what a process waits for', () => {
  it('is its servers, then the application, then only its turn', async () => {
    const { readiness, attach } = decision({ options: { readiness: 'manual' } })
    const server = attach()
    expect(readiness.waitsFor).toBe('its servers to listen')
    await listen(server, ANY)
    expect(readiness.waitsFor).toBe('zerodown.ready()')

    const auto = decision()
    await listen(auto.attach(), ANY)
    expect(auto.readiness.waitsFor).toBeUndefined()
  })
})

describe('a process that is ready', () => {
  it('says so once, with its generation', async () => {
    const served = new TestedProcess()
    await served.serve()
    await served.emitted('ready')
    await served.serve()
    await arrived()
    expect(served.events.filter((one) => one === 'ready')).toHaveLength(1)
    expect(served.told.ready).toEqual({ pid: process.pid, generation: 2 })
  })
})
