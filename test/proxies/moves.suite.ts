import { describe, expect, it } from 'vitest'
import { Reader } from '../streams/stage/reader.ts'
import { startStreams } from '../streams/stage/server.ts'
import { eventsOf, restartAndLeave } from '../support/index.ts'
import { converse } from '../ws/stage/conversation.ts'
import { startWs } from '../ws/stage/server.ts'
import { haproxy } from './stage/haproxy.ts'
import { installed } from './stage/installed.ts'
import { nginx } from './stage/nginx.ts'

const CLIENTS = 20
const RESTARTS = 10

describe.each([
  ['nginx', nginx],
  ['haproxy', haproxy],
])('behind %s', (name, proxy) => {
  const { runs, note } = installed(name)

  it.runIf(runs)(`WebSockets move, and neither it nor the clients notice${note}`, async () => {
    const server = await startWs({ push: 50 })
    const { port } = await proxy.start(server.port)
    const target = { host: '127.0.0.1', port }
    await converse(server, { clients: CLIENTS, messages: 1, restarts: RESTARTS, seed: 31, target })
    const moves = eventsOf(server, 'drained').reduce((sum, { handedOver }) => sum + Number(handedOver), 0)
    expect(moves).toBeGreaterThanOrEqual(CLIENTS * RESTARTS)
  })

  it.runIf(runs)(`event streams move, and neither it nor the clients notice${note}`, async () => {
    const server = await startStreams({ options: { probation: 0 } })
    const { port } = await proxy.start(server.port)
    const readers = await Reader.openTimes({ host: '127.0.0.1', port }, CLIENTS)
    for (let restarts = 0; restarts < RESTARTS; restarts += 1) {
      await restartAndLeave(server, { leaves: 30_000 })
      await Promise.all(readers.map((reader) => reader.more(5)))
    }
    const last = String(RESTARTS + 1)
    await Promise.all(readers.map((one) => one.until(({ generations }) => generations.at(-1) === last, 'the last one')))
    expect(readers.flatMap(({ faults }) => faults)).toEqual([])
  })
})
