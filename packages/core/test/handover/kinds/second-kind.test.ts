import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { tempDir } from '../../../../../test/support/index.ts'
import { Channel } from '../../../src/channel/channel.ts'
import type { ChannelToSuccessor } from '../../../src/channel/channel.ts'
import { carrierOf } from '../../../src/channel/process-carrier.ts'
import { Connections } from '../../../src/connections/tracking.ts'
import { http1 } from '../../../src/handover/kinds/http1.ts'
import type { ConnectionKind } from '../../../src/handover/kinds/kind.ts'
import { startDrain } from '../../../src/drain/start-drain.ts'
import { emptyLedger } from '../../../src/drain/ledger.ts'
import { Handover } from '../../../src/handover/send/handover.ts'
import { SocketSender } from '../../../src/handover/send/socket-sender.ts'
import type { Client } from '../../support/http.ts'
import { GET, converse, serve } from '../../support/http.ts'
import { NODE, writeProgram } from '../../support/programs.ts'
import { listen } from '../../support/servers.ts'

/**
 * A kind of connection that zerodown does not know: each line gets its number back. It takes its time to be received, and
 * does not take what has counted to 13, fails where it has counted to 14, and takes long to decide where to 15. Of others it throws when it is to let them go.
 */
const COUNTING = `
  import { stopReading } from '#dist/node/internals/handles.js'

  const counts = new WeakMap()
  let mayBeIdle = () => {}

  export function count(socket, from = 0) {
    counts.set(socket, from)
    socket.setEncoding('utf8').on('data', () => {
      counts.set(socket, counts.get(socket) + 1)
      socket.write(counts.get(socket) + ' of ' + process.pid + '\\n')
      mayBeIdle(socket)
    })
  }

  let go
  const gate = new Promise((resolve) => (go = resolve))
  let goOn
  const patience = new Promise((resolve) => (goOn = resolve))
  process.on('message', (message) => {
    if (message === 'go') go()
    if (message === 'go on') goOn()
  })

  export const counting = {
    name: 'counting',
    isServedBy: (server) => server.counts === true,
    obstacle: () => undefined,
    findIdle: (server, open) => [...open].filter((socket) => counts.has(socket) && socket.writableLength === 0),
    followIdle(follow) {
      mayBeIdle = follow
      return () => (mayBeIdle = () => {})
    },
    freeze(socket) {
      const thaw = stopReading(socket)
      const count = counts.get(socket)
      if (count === 20) throw new Error('no freeze')
      const failing = (step) => () => {
        throw new Error(step)
      }
      const its = { details: { count }, again: () => stopReading(socket) !== undefined, thaw, moved: () => {} }
      if (count === 30) return { ...its, details: { count: 30n } }
      if (count === 40) return { ...its, moved: failing('not told') }
      if (count === 50) return { ...its, details: { count: 13 }, thaw: failing(thaw() ?? 'no thaw') }
      return its
    },
    async receive(server, accept, connection, { count: from }) {
      await gate
      if (from === 14) throw new Error('a mistake')
      if (from === 15) await patience
      if (from === 13) return false
      count(accept(connection), from)
      return true
    },
  }
`

const SUCCESSOR = `
  import { createServer } from 'node:net'
  import * as http from 'node:http'
  import { Channel } from '#dist/channel/channel.js'
  import { carrierOf } from '#dist/channel/process-carrier.js'
  import { http1 } from '#dist/handover/kinds/http1.js'
  import { ConnectionAdopter } from '#dist/handover/receive/connection-adopter.js'
  import { IncomingConnections } from '#dist/handover/receive/incoming-connections.js'
  import { counting } from './counting.mjs'

  const raw = Object.assign(createServer(), { counts: true })
  const web = http.createServer((_, response) => response.end('from ' + process.pid))
  const servers = [raw, web].map((server, at) => {
    const adopter = new ConnectionAdopter(server, () => {}, [http1, counting])
    server.listen(0, '127.0.0.1', () => adopter.begin(server))
    return {
      inheritedAs: 3 + at,
      get acceptedKinds() { return adopter.kinds },
      adopt: (connection, payload) => adopter.adopt(connection, payload),
    }
  })
  const channel = new Channel(carrierOf(process))
  const incoming = new IncomingConnections(servers, channel, () => {})
  web.once('listening', () => setImmediate(() => {
    channel.send({ type: 'ready', pid: process.pid, accepts: incoming.accepts })
  }))
`

interface Counting {
  counting: ConnectionKind
  count(socket: object, from?: number): void
}

/** Another process that knows the kind, and this one as its predecessor. */
async function startSuccessor() {
  const folder = await tempDir()
  const { counting, count } = (await import(
    pathToFileURL(await writeProgram(join(folder, 'counting.mjs'), COUNTING)).href
  )) as Counting
  const child = fork(await writeProgram(join(folder, 'successor.mjs'), SUCCESSOR), [], { execPath: NODE, execArgv: [] })
  onTestFinished(() => end(child))
  const channel: ChannelToSuccessor = new Channel(carrierOf(child))
  const [{ accepts }] = (await once(child, 'message')) as [{ accepts: { listener: number; kinds: string[] }[] }]
  const failures: string[] = []
  const failed = (kind: string, error: unknown): void => void failures.push(`${kind}: ${(error as Error).message}`)
  const handover = new Handover(new SocketSender(channel), accepts, 60_000, failed)
  onTestFinished(() => handover.stop())

  const server = await listen(Object.assign(createServer(), { counts: true }))
  const connections = new Connections(server)
  /** A connection that has counted to `from`. */
  const open = async (from: number): Promise<Client> => {
    const { client, socket } = await converse(server)
    count(socket, from)
    return client
  }
  const ledger = emptyLedger()
  /** Has the server drain: its connections move, and the rest goes on. */
  const drain = (): void => {
    const moving = { to: handover, listener: 3, kinds: [counting], moved: () => {} }
    const { drain: begun } = startDrain(
      { server, connections, ledger, handover: moving, time: 20_000, failed },
      Promise.resolve(),
    )
    onTestFinished(() => {
      begun.end()
      connections.destroyAll()
    })
  }
  return { child, accepts, handover, counting, open, drain, ledger, failures }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('a second kind of connection', () => {
  it('moves as its own object says, and stays where that says no or fails', async () => {
    const { child, accepts, handover, counting, open, drain, ledger } = await startSuccessor()
    expect(accepts).toEqual([
      { listener: 3, kinds: ['counting'] },
      { listener: 4, kinds: ['http1'] },
    ])
    expect(handover.accepted(3, [http1, counting])).toEqual([counting])
    const [moves, refused, fails] = [await open(7), await open(13), await open(14)]
    child.send('go')

    drain()
    while (ledger.handedOver < 1) await new Promise((resolve) => setImmediate(resolve))

    for (const client of [moves, refused, fails]) client.say('again\n')
    await moves.hears(new RegExp(`^8 of ${child.pid}\n$`))
    await refused.hears(new RegExp(`^14 of ${process.pid}\n$`))
    await fails.hears(new RegExp(`^15 of ${process.pid}\n$`))
    expect(ledger).toMatchObject({ handedOver: 1, finished: 0, cut: 0 })
  })

  it('that throws ends nothing: what it has thrown of stays, and all others move', async () => {
    const { child, open, drain, ledger, failures } = await startSuccessor()
    child.send('go')
    const staying = [await open(20), await open(30), await open(50)]
    const moving = [await open(40), await open(7)]

    drain()
    while (ledger.handedOver < moving.length || failures.length < 4)
      await new Promise((resolve) => setImmediate(resolve))

    for (const client of [...staying, ...moving]) client.say('again\n')
    for (const [at, count] of [21, 31, 51].entries())
      await staying[at]?.hears(new RegExp(`^${count} of ${process.pid}\n$`))
    for (const [at, count] of [41, 8].entries()) await moving[at]?.hears(new RegExp(`^${count} of ${child.pid}\n$`))
    expect(failures.toSorted()).toEqual([
      expect.stringContaining('counting: Do not know how to serialize a BigInt'),
      'counting: no freeze',
      'counting: no thaw',
      'counting: not told',
    ])
    expect(ledger).toMatchObject({ handedOver: 2, finished: 0, cut: 0 })
  })

  it('waits long for some, and others move meanwhile', async () => {
    const { child, open, drain, ledger } = await startSuccessor()
    child.send('go')
    const all: Client[] = []
    for (let at = 0; at < 20; at += 1) all.push(await open(at % 2 === 0 ? 15 : 7))

    drain()
    // The first one that waits is in a batch with others, three at most, which are settled with it.
    while (ledger.handedOver < 7) await new Promise((resolve) => setImmediate(resolve))
    child.send('go on')
    while (ledger.handedOver < all.length) await new Promise((resolve) => setImmediate(resolve))

    for (const client of all) client.say('again\n')
    for (const client of all) await client.hears(new RegExp(`^(8|16) of ${child.pid}\n$`))
    expect(ledger).toMatchObject({ finished: 0, cut: 0 })
  })

  it('waits for what it waits for, and no connection of another kind waits with it', async () => {
    const { child, handover, open, drain, ledger } = await startSuccessor()
    const slow = await open(7)
    drain()
    const web = await serve((_, response) => response.end(`from ${process.pid}`))
    const { client } = await converse(web.server)
    const moved = new Promise((resolve) => {
      handover.add({ ...web, listener: 4, moved: (_, fate) => resolve(fate) }, [http1])
    })

    expect(await moved).toBe('received')
    client.say(GET())
    await client.hears(new RegExp(`from ${child.pid}$`))
    slow.say('more\n')
    expect(ledger.handedOver).toBe(0)

    child.send('go')
    await slow.hears(new RegExp(`^8 of ${child.pid}\n$`))
  })
})
