import { Agent as PlainAgent, get as plainGet } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { Agent, get } from 'node:https'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { json, text } from 'node:stream/consumers'
import type { Answer, Worker } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import type { ServerProcess } from '../support/index.ts'
import type { Supervised } from './stage/supervised.ts'
import { startSupervised } from './stage/supervised.ts'

const ADDRESSES = Array.from({ length: 40 }, (_, at) => `127.0.0.${at + 1}`)

const start = (slots: number, env: Record<string, string> = {}): Promise<Supervised> =>
  startSupervised('slots.mjs', { slots, flags: ['--sticky'], env })

/** The port of its first server, which speaks HTTP, or of a later one. */
function portOf(server: ServerProcess, at = 0): number {
  const address = server.announcements[0]?.listening[at]
  return typeof address === 'object' ? address.port : 0
}

interface Client {
  readonly localAddress: string
  readonly secure: boolean
  readonly agent: Agent | PlainAgent
}

/** A client of that address. Without `keepAlive`, each request has a connection of its own. */
function client(localAddress: string, secure: boolean, keepAlive: boolean): Client {
  const agent = secure ? new Agent({ keepAlive, maxSockets: 1 }) : new PlainAgent({ keepAlive, maxSockets: 1 })
  cleanUp(() => agent.destroy())
  return { localAddress, secure, agent }
}

/** The slot that answers. */
async function ask(port: number, { secure, ...options }: Client): Promise<number> {
  const request = (secure ? get : plainGet)({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
  const slot = new Promise<number>((resolve, reject) => {
    request.once('response', (answer) => json(answer).then((said) => resolve((said as { slot: number }).slot), reject))
    request.once('error', reject)
  })
  return slot
}

/** Which slots answer each of several clients, each asked several times. */
async function slotsOf(port: number, clients: readonly Client[], times: number): Promise<number[][]> {
  return Promise.all(
    clients.map(async (one) => {
      const slots = new Set<number>()
      for (let asked = 0; asked < times; asked += 1) slots.add(await ask(port, one))
      return [...slots]
    }),
  )
}

/** Which slot serves each address. */
async function owners(port: number, addresses = ADDRESSES): Promise<number[]> {
  const slots = await slotsOf(
    port,
    addresses.map((address) => client(address, false, false)),
    1,
  )
  return slots.flat()
}

describe('with --sticky each client address is served in one slot', () => {
  it('over HTTP and HTTPS, on fresh and on kept connections, and all slots have clients', async () => {
    const { server } = await start(3)
    const owner = await owners(portOf(server))
    expect(new Set(owner)).toEqual(new Set([1, 2, 3]))
    for (const secure of [false, true]) {
      for (const keepAlive of [false, true]) {
        const clients = ADDRESSES.map((address) => client(address, secure, keepAlive))
        expect(await slotsOf(portOf(server, secure ? 1 : 0), clients, 3)).toEqual(owner.map((slot) => [slot]))
      }
    }
  })

  it('over HTTP/2 and raw TCP, also where the server sees the address in the way of IPv6', async () => {
    const { server } = await startSupervised('sticky.mjs', { slots: 2, flags: ['--sticky'] })
    const addresses = ADDRESSES.slice(0, 12)
    const owner = await owners(portOf(server), addresses)
    expect(new Set(owner)).toEqual(new Set([1, 2]))
    for (let times = 0; times < 3; times += 1) {
      const [http2, raw] = await Promise.all([
        Promise.all(addresses.map((address) => askHttp2(from(address, portOf(server, 1))))),
        Promise.all(addresses.map((address) => say('first bytes', from(address, portOf(server, 2))))),
      ])
      expect(http2).toEqual(owner.map((slot) => ({ slot })))
      expect(raw).toEqual(owner.map((slot) => ({ slot, heard: 'first bytes' })))
    }
  })

  it('and where only one slot listens, all are served there', async () => {
    const { server } = await start(2, { ONLY_FIRST: '1' })
    expect(new Set(await owners(portOf(server)))).toEqual(new Set([1, 2]))
    expect(new Set(await owners(portOf(server, 2)))).toEqual(new Set([1]))
  })
})

/** A connection of a client of that address. */
function from(localAddress: string, port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port, localAddress })
  cleanUp(() => void socket.destroy())
  return socket
}

async function askHttp2(socket: Socket): Promise<unknown> {
  const session = connectHttp2('http://127.0.0.1', { createConnection: () => socket })
  const answer = await json(session.request())
  session.close()
  return answer
}

/** Says it at once: it is there before the connection is accepted. */
async function say(words: string, socket: Socket): Promise<unknown> {
  socket.write(words)
  return JSON.parse(await text(socket))
}

/** What clients of one address do, who know which slot is to answer. */
function workers(slot: number): Worker[] {
  const check = ({ body }: Answer): string | undefined => {
    const said = JSON.parse(body.toString()) as { slot: number }
    return said.slot === slot ? undefined : `slot ${said.slot} answered in place of ${slot}`
  }
  return [
    { kind: 'keepAlive', connections: 2, thinkTime: [0, 10], check },
    { kind: 'fresh', connections: 2, thinkTime: [0, 5], check },
    { kind: 'fresh', name: 'silent', connections: 1, silence: [0, 50], check },
    { kind: 'post', connections: 2, size: 50_000, chunks: 4, chunkDelay: [0, 20], thinkTime: [0, 10] },
    { kind: 'pipelined', connections: 1, thinkTime: [0, 5] },
  ]
}

it('with --sticky restarts lose nothing and reopen nothing, and each client stays in its slot', async () => {
  const { server, roll } = await start(3)
  const port = portOf(server)
  const addresses = ADDRESSES.slice(0, 6)
  const owner = await owners(port, addresses)
  const loads = addresses.map((localAddress, at) =>
    startLoad({ target: { host: '127.0.0.1', port, localAddress }, workers: workers(owner[at] ?? 0) }),
  )
  for (const load of loads) cleanUp(() => load.stop(0))
  const more = (): Promise<unknown> =>
    Promise.all(
      loads.map((load) => {
        const { ok } = load.stats()
        return load.waitFor((stats) => stats.ok > ok + 20)
      }),
    )
  await more()
  for (let times = 0; times < 2; times += 1) {
    expect(await roll()).toBe('restarted 3 slots')
    await more()
  }
  for (const load of loads) {
    const { failed, reopened, firstFailures } = await load.stop()
    expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
  }
  server.signal('SIGTERM', server.pid)
  expect(await server.waitForExit()).toBe(0)
  expect(server.alive()).toEqual([])
})

it('with --sticky clients of a worker that is killed wait for the next one of its slot, and nobody is refused', async () => {
  const { server } = await start(2)
  const port = portOf(server)
  const owner = await owners(port)
  const loads = [1, 2].map((slot) => {
    const localAddress = ADDRESSES[owner.indexOf(slot)] ?? ''
    const [, fresh] = workers(slot)
    const load = startLoad({
      target: { host: '127.0.0.1', port, localAddress },
      workers: fresh === undefined ? [] : [fresh],
      requestTimeout: 60_000,
    })
    cleanUp(() => load.stop(0))
    return load
  })
  await Promise.all(loads.map((load) => load.waitFor(({ ok }) => ok > 20)))
  process.kill(server.announcements[1]?.pid ?? 0, 'SIGKILL')
  await server.waitForAnnouncement(2)
  await Promise.all(
    loads.map((load) => {
      const { ok } = load.stats()
      return load.waitFor((stats) => stats.ok > ok + 20)
    }),
  )
  // What it had in flight is lost, and what it was about to pass on: no more than the connections that were open then.
  for (const load of loads) {
    const { failed, failures } = await load.stop()
    expect(failed).toBeLessThanOrEqual(2)
    expect(Object.keys(failures).filter((reason) => /refused|wrong|answered/.test(reason))).toEqual([])
  }
})
