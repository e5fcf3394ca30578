import type { MoveOutcome } from '@zerodown/core/supervision'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { arrived } from '../../core/test/support/carriers.ts'
import { Moves } from '../src/moves.ts'
import type { SlotHost } from '../src/slot-host.ts'
import { Slot } from '../src/slot.ts'
import { FakeWorker } from './support/fake-workers.ts'

vi.mock('../src/worker-process.ts', async (original) => {
  const fake = await import('./support/fake-workers.ts')
  return { ...(await original<object>()), WorkerProcess: fake.FakeWorker }
})

beforeEach(() => {
  FakeWorker.started.length = 0
})

/** Two slots, and what moves between them. */
function twoSlots() {
  const slots: Slot[] = []
  const host: SlotHost = {
    moves: new Moves(slots),
    patience: ({ times }) => times?.stopTimeout ?? 50,
    checkStart() {},
    readyTimeout: 60_000,
    plan: () => ({}) as never,
    output: () => undefined,
    roll: () => Promise.reject(new Error('not asked for')),
    ticketKeys: (_, keys) => keys,
    heard() {},
    inCharge() {},
    crashed() {},
    hangs() {},
    notStarted() {},
  }
  slots.push(new Slot(1, host), new Slot(2, host))
  return slots as [Slot, Slot]
}

/** Its process comes to be in charge. @param answer to each connection that comes; `undefined`: none yet */
async function serve(slot: Slot, answer: (connection: unknown) => MoveOutcome | Promise<MoveOutcome>) {
  slot.start()
  const worker = FakeWorker.started.at(-1) as FakeWorker
  const got: unknown[] = []
  worker.says.answer('moved', (_, connection) => {
    got.push(connection)
    return answer(connection)
  })
  worker.says.send({ type: 'in-charge', generation: worker.generation })
  await arrived()
  return { worker, got }
}

const aConnection = () => {
  const connection = { closed: 0, readStop() {}, readStart() {}, close: () => void (connection.closed += 1) }
  return connection
}

async function settled(): Promise<void> {
  for (let times = 0; times < 3; times += 1) await arrived()
}

const served = (): MoveOutcome => 'served'

describe('a connection whose client belongs to another slot', () => {
  it('goes to the process in charge there, and the copy here is closed when that serves it', async () => {
    const [one, two] = twoSlots()
    const { worker } = await serve(one, served)
    let serves: (outcome: MoveOutcome) => void = () => {}
    const { got } = await serve(two, () => new Promise((resolve) => (serves = resolve)))
    const connection = aConnection()
    worker.says.send({ type: 'move', key: 'tcp', slot: 2 }, connection)
    await settled()
    expect([got, connection.closed]).toEqual([[connection], 0])
    serves('served')
    await settled()
    expect(connection.closed).toBe(1)
  })

  it('waits for the process that takes the place of a crashed one', async () => {
    const [one, two] = twoSlots()
    const { worker } = await serve(one, served)
    const first = await serve(two, () => new Promise(() => {}))
    const connection = aConnection()
    worker.says.send({ type: 'move', key: 'tcp', slot: 2 }, connection)
    await settled()
    // It has not said that it serves it.
    first.worker.end('SIGKILL')
    await settled()
    expect([first.got.length, connection.closed]).toEqual([1, 0])
    const { got } = await serve(two, served)
    await settled()
    expect([got, connection.closed]).toEqual([[connection], 1])
  })

  it('waits for the successor of a process that has given up its listeners', async () => {
    const [one, two] = twoSlots()
    const { worker } = await serve(one, served)
    const { got } = await serve(two, () => 'later')
    const connections = [aConnection(), aConnection()]
    worker.says.send({ type: 'move', key: 'tcp', slot: 2 }, connections[0])
    await settled()
    worker.says.send({ type: 'move', key: 'tcp', slot: 2 }, connections[1])
    await settled()
    expect(got).toEqual([connections[0]])
    const successor = await serve(two, served)
    await settled()
    expect(successor.got).toEqual(connections)
    expect(connections.map(({ closed }) => closed)).toEqual([1, 1])
  })

  it('does not go to a process that is about to leave', async () => {
    const [one, two] = twoSlots()
    const { worker } = await serve(one, served)
    const leaving = await serve(two, served)
    expect(await leaving.worker.says.ask({ type: 'moves-over', forGood: true })).toBe(true)
    worker.says.send({ type: 'move', key: 'tcp', slot: 2 }, aConnection())
    await settled()
    expect(leaving.got).toEqual([])
  })

  it('goes back, once, where its slot has no such listener', async () => {
    const [one, two] = twoSlots()
    const { worker, got } = await serve(one, () => 'unknown')
    const other = await serve(two, () => 'unknown')
    const connection = aConnection()
    worker.says.send({ type: 'move', key: 'tcp', slot: 2 }, connection)
    await settled()
    expect([other.got, got, connection.closed]).toEqual([[connection], [connection], 1])
  })

  it('goes back where its slot ends for good', async () => {
    const [one, two] = twoSlots()
    const { worker, got } = await serve(one, served)
    const leaving = await serve(two, served)
    await leaving.worker.says.ask({ type: 'moves-over', forGood: true })
    const connection = aConnection()
    worker.says.send({ type: 'move', key: 'tcp', slot: 2 }, connection)
    await settled()
    expect(got).toEqual([])
    two.stop('SIGTERM')
    await settled()
    expect([got, connection.closed]).toEqual([[connection], 1])
  })

  it('goes back even where all slots end, to a process that waits for what comes back and takes nothing else', async () => {
    const [one, two] = twoSlots()
    const { worker, got } = await serve(one, served)
    const other = await serve(two, served)
    await other.worker.says.ask({ type: 'moves-over', forGood: true })
    const connection = aConnection()
    worker.says.send({ type: 'move', key: 'tcp', slot: 2 }, connection)
    let over = false
    const answer = worker.says.ask({ type: 'moves-over', forGood: true }).then(() => (over = true))
    await settled()
    other.worker.says.send({ type: 'move', key: 'tcp', slot: 1 }, aConnection())
    await settled()
    expect([over, got]).toEqual([false, []])
    for (const slot of [one, two]) slot.stop('SIGTERM')
    await answer
    expect([got, connection.closed]).toEqual([[connection], 1])
  })

  it('goes back where no process comes to be in charge of its slot in time', async () => {
    const [one, two] = twoSlots()
    const { worker, got } = await serve(one, served)
    const late = vi.spyOn(two.charge, 'next').mockResolvedValueOnce(undefined)
    const connection = aConnection()
    worker.says.send({ type: 'move', key: 'tcp', slot: 2 }, connection)
    await settled()
    expect(late).toHaveBeenCalledOnce()
    expect([got, connection.closed]).toEqual([[connection], 1])
  })

  it('goes back where too many wait for its slot', async () => {
    const [one, two] = twoSlots()
    const { worker, got } = await serve(one, served)
    const connections = Array.from({ length: 513 }, aConnection)
    for (const connection of connections) worker.says.send({ type: 'move', key: 'tcp', slot: 2 }, connection)
    await settled()
    expect(got).toEqual(connections.slice(511))
    const { got: waited } = await serve(two, served)
    await settled()
    expect(waited).toEqual(connections.slice(0, 511))
    worker.says.send({ type: 'move', key: 'tcp', slot: 2 }, aConnection())
    await settled()
    expect(waited).toHaveLength(512)
  })

  it('is closed where its slot is none, and nobody serves it', async () => {
    const [one] = twoSlots()
    const { worker } = await serve(one, () => 'unknown')
    const connection = aConnection()
    worker.says.send({ type: 'move', key: 'tcp', slot: 9 }, connection)
    await settled()
    expect(connection.closed).toBe(1)
  })
})
