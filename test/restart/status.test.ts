import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { POST, Wire } from '../handover/stage/wire.ts'
import type { ServerProcess } from '../support/index.ts'
import { startServer } from '../support/index.ts'
import { toldBy } from './events.ts'

/** What `status()` said at an event. */
const statusAt = (server: ServerProcess, generation: number, name: string): unknown =>
  toldBy(server).findLast((one) => one.via === 'status' && one.generation === generation && one.name === name)?.message

it('status() tells how far a process and its successor are, what they serve, and what became of it', async () => {
  const server = await startServer('events')
  const before = Date.now()
  const { pid, listening } = server.latest
  const key = `tcp:127.0.0.1:${(listening[0] as AddressInfo).port}`
  // It listens before it is ready, and what we open is to come after that.
  await server.waitForLog(/^status 1 ready /)
  const slow = await Wire.open(server.target())
  const idle = await Wire.open(server.target())
  await idle.ask()
  // In flight for as long as we want.
  slow.write(`${POST('/echo', 4)}ab`)
  await server.restart()
  await server.waitForLog(/^status 1 draining /)
  slow.write('cd')
  await slow.answer()
  await server.waitForExit(pid)
  const successor = { pid: server.latest.pid, generation: 2 }

  expect(statusAt(server, 1, 'ready')).toMatchObject({
    pid,
    generation: 1,
    state: 'serving',
    inCharge: true,
    listeners: [{ key, adopted: false }],
    connections: [],
    requests: 0,
    restartQueued: false,
  })
  expect(statusAt(server, 1, 'restarting')).not.toHaveProperty('successor')
  expect(statusAt(server, 1, 'launched')).toMatchObject({ state: 'restarting', successor: { stage: 'starting' } })
  expect(statusAt(server, 1, 'probation')).toMatchObject({
    state: 'restarting',
    connections: [{ kind: 'http1', open: 2, idle: 1 }],
    requests: 1,
    successor: { ...successor, stage: 'ready' },
  })
  expect(statusAt(server, 1, 'committed')).toMatchObject({ successor: { ...successor, stage: 'in charge' } })
  expect(statusAt(server, 1, 'draining')).toMatchObject({ state: 'draining', drain: { handedOver: 0, finished: 0 } })
  expect(statusAt(server, 1, 'stopped')).toMatchObject({
    state: 'stopped',
    listeners: [],
    connections: [],
    requests: 0,
    drain: { handedOver: 2, cut: 0 },
  })
  expect(statusAt(server, 2, 'ready')).toMatchObject({ inCharge: false, listeners: [{ key, adopted: true }] })
  expect(statusAt(server, 2, 'inCharge')).toMatchObject({ generation: 2, state: 'serving', inCharge: true })

  const since = ['ready', 'probation', 'draining', 'stopped'].map(
    (name) => (statusAt(server, 1, name) as { since: number }).since,
  )
  expect(since).toEqual(since.toSorted((a, b) => a - b))
  expect(since[1]).toBeGreaterThanOrEqual(before)
})
