import type { Launch, LaunchRequest } from '@zerodown/core/supervision'
import { Channel, LANES, defer } from '@zerodown/core/supervision'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { arrived } from '../../core/test/support/carriers.ts'
import { Moves } from '../src/moves.ts'
import { Slot } from '../src/slot.ts'
import { FakeWorker } from './support/fake-workers.ts'

vi.mock('../src/worker-process.ts', async (original) => {
  const fake = await import('./support/fake-workers.ts')
  return { ...(await original<object>()), WorkerProcess: fake.FakeWorker }
})

const REQUEST: LaunchRequest = {
  execPath: '/node',
  argv0: 'node',
  args: ['a.js'],
  cwd: '/',
  env: {},
  sockets: [],
  lane: 'successor 1',
}
const LISTENER = { fd: 20, inode: 7, bound: { kind: 'fd', fd: 20 } } as const

beforeEach(() => {
  FakeWorker.started.length = 0
  FakeWorker.fails = undefined
})

/** A slot, and what it has told its host. */
function aSlot(readyTimeout = 60_000) {
  const told: unknown[] = []
  const slot = new Slot(3, {
    moves: new Moves([]),
    patience: ({ times }) => times?.stopTimeout ?? 50,
    checkStart() {},
    readyTimeout,
    plan: (number, generation, listeners) => ({ number, generation, listeners }) as unknown as Launch,
    output: () => undefined,
    roll: async (number) => ({ pid: number, generation: 9 }),
    ticketKeys: (key, keys) => `${key} ${keys}`,
    heard: (_, step) => told.push(step),
    inCharge: ({ current }) => told.push(`in charge: ${current?.generation}`),
    crashed: (_, { code, signal }, lived) => told.push(['crashed', signal ?? code, lived < 1000]),
    hangs: (_, { generation }) => told.push(`hangs: ${generation}`),
    notStarted: (_, error) => told.push(`not started: ${(error as Error).message}`),
  })
  return { slot, told, worker: (at = -1) => FakeWorker.started.at(at) as FakeWorker }
}

/** One whose first process is in charge. */
async function serving(readyTimeout?: number) {
  const all = aSlot(readyTimeout)
  all.slot.start()
  all.worker().says.send({ type: 'in-charge', generation: 1 })
  await arrived()
  all.told.length = 0
  return all
}

/** The first process starts its successor. */
async function restarting() {
  const all = await serving()
  const first = all.worker()
  const answer = await first.says.ask({ type: 'launch', request: REQUEST })
  return { ...all, first, answer, successor: all.worker() }
}

describe('a slot', () => {
  it('says when its first process is in charge', async () => {
    const { slot, told, worker } = aSlot()
    slot.start()
    expect([slot.current, slot.processes.size]).toEqual([undefined, 1])
    worker().says.send({ type: 'in-charge', generation: 1 })
    await arrived()
    expect(told).toEqual(['in charge: 1'])
    expect(slot.current).toBe(worker())
  })

  it('answers what a worker asks for on behalf of all slots', async () => {
    const { worker } = await serving()
    expect(await worker().says.ask({ type: 'roll' })).toEqual({ pid: 3, generation: 9 })
    expect(await worker().says.ask({ type: 'ticket-keys-shared', key: 'tcp', keys: 'abc' })).toBe('tcp abc')
  })

  it('asks the process in charge how large it is, and nobody where there is none', async () => {
    const { slot, worker } = await serving()
    worker().says.answer('memory', () => 123)
    expect(await slot.memory()).toBe(123)
    worker().end(0)
    await arrived()
    expect(await slot.memory()).toBeUndefined()
  })

  it('holds what a worker listens on, and gives it to the next one', async () => {
    const { slot, worker } = await serving()
    worker().says.send({ type: 'listens', listener: LISTENER }, { fd: 30, close() {} })
    await arrived()
    worker().end('SIGKILL')
    await arrived()
    slot.start()
    expect(worker().launch).toEqual({ number: 3, generation: 2, listeners: [{ ...LISTENER, fd: 30 }] })
    worker().says.send({ type: 'closed', inode: 7 })
    await arrived()
    expect(slot.sockets.listeners).toEqual([])
  })

  it('stops all of its processes, and waits for their end', async () => {
    const { slot, first, successor, told } = await restarting()
    slot.stop('SIGTERM')
    expect([first.signals, successor.signals]).toEqual([['SIGTERM'], ['SIGTERM']])
    let over = false
    const ended = slot.ended().then(() => (over = true))
    first.end(0)
    await arrived()
    expect(over).toBe(false)
    successor.end(0)
    await ended
    expect(told).toEqual([])
  })
})

describe('a restart of a slot', () => {
  it('is what the process in charge makes of it', async () => {
    const { slot, worker } = await serving()
    worker().says.answer('restart-slot', () => ({ pid: 5, generation: 2 }))
    expect(await slot.restart()).toEqual({ pid: 5, generation: 2 })
    worker().says.answer('restart-slot', () => ({ code: 'ERR_ZERODOWN_LAUNCH', message: 'no.' }))
    expect(await slot.restart()).toEqual({ code: 'ERR_ZERODOWN_LAUNCH', message: 'no.' })
  })

  it('fails where a shutdown comes', async () => {
    const other = await serving()
    other.worker().says.answer('restart-slot', () => ({ code: 'ERR_ZERODOWN_RESTART_ABORTED', message: 'given up' }))
    other.slot.stop('SIGTERM')
    expect(await other.slot.restart()).toMatchObject({ code: 'ERR_ZERODOWN_SHUTTING_DOWN' })
  })

  it('is done where its process ends meanwhile, and another takes its place', async () => {
    const { slot, worker } = await serving()
    worker().says.answer('restart-slot', () => new Promise(() => {}))
    const restarted = slot.restart()
    worker().end(1)
    await arrived()
    slot.start()
    worker().says.send({ type: 'in-charge', generation: 2 })
    expect(await restarted).toEqual({ pid: worker().pid, generation: 2 })
  })

  it('is done where its process ends meanwhile, and its successor takes over', async () => {
    const { slot, first, successor } = await restarting()
    first.says.answer('restart-slot', () => new Promise(() => {}))
    const restarted = slot.restart()
    successor.says.send({ type: 'in-charge', generation: 2 })
    await arrived()
    first.end('SIGKILL')
    expect(await restarted).toEqual({ pid: successor.pid, generation: 2 })
  })

  it('fails where nobody takes the place of a process that ends meanwhile', async () => {
    const { slot, worker } = await serving()
    worker().says.answer('restart-slot', () => new Promise(() => {}))
    const asked = slot.restart()
    worker().end(1)
    await arrived()
    slot.stop('SIGKILL')
    expect(await asked).toMatchObject({ code: 'ERR_ZERODOWN_SHUTTING_DOWN' })
  })

  it('waits for the process that takes the place of a crashed one', async () => {
    const { slot, worker } = await serving()
    worker().end(1)
    await arrived()
    const restarted = slot.restart()
    slot.start()
    worker().says.answer('restart-slot', () => ({ pid: 7, generation: 3 }))
    worker().says.send({ type: 'in-charge', generation: 2 })
    expect(await restarted).toEqual({ pid: 7, generation: 3 })
  })

  it('has a process killed that does not answer for readyTimeout, and is done by the one in its place', async () => {
    const { slot, worker, told } = await serving(1000)
    const stuck = worker()
    stuck.says.answer('restart-slot', () => new Promise(() => {}))
    stuck.says.answer('memory', () => new Promise(() => {}) as never)
    const restarted = slot.restart()
    await vi.waitFor(() => expect(stuck.signals).toEqual(['SIGKILL']), { timeout: 30_000 })
    stuck.end('SIGKILL')
    await arrived()
    expect(told).toEqual(['hangs: 1', ['crashed', 'SIGKILL', false]])
    slot.start()
    worker().says.send({ type: 'in-charge', generation: 2 })
    expect(await restarted).toEqual({ pid: worker().pid, generation: 2 })
  })

  it('takes its time, as long as its process answers', async () => {
    const { slot, worker } = await serving(1000)
    const asked = vi.fn<() => number>(() => 1)
    const restarted = defer<{ pid: number; generation: number }>()
    worker().says.answer('memory', asked)
    worker().says.answer('restart-slot', () => restarted.promise)
    const outcome = slot.restart()
    await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(3), { timeout: 30_000 })
    restarted.resolve({ pid: 5, generation: 2 })
    expect(await outcome).toEqual({ pid: 5, generation: 2 })
    expect(worker().signals).toEqual([])
  })

  it('does not wait for that during a shutdown', async () => {
    const { slot, worker } = await serving()
    worker().end(1)
    await arrived()
    const waits = slot.restart()
    slot.stop('SIGTERM')
    expect(await waits).toMatchObject({ code: 'ERR_ZERODOWN_SHUTTING_DOWN' })
    expect(await slot.restart()).toMatchObject({ code: 'ERR_ZERODOWN_SHUTTING_DOWN' })
  })

  it.each(['before', 'after'])(
    'has crashed where the successor ends before it is in charge, and the predecessor says %s that it has handed over',
    async (order) => {
      const { slot, first, successor, told, worker } = await restarting()
      const step = { event: 'committed', pid: successor.pid ?? 0, generation: 2 } as const
      const sayCommitted = async (): Promise<void> => {
        first.says.send({ type: 'step', step })
        await arrived()
      }
      if (order === 'before') await sayCommitted()
      expect(told.splice(0)).toEqual(order === 'before' ? [step] : [])
      successor.end('SIGKILL')
      await arrived()
      if (order === 'after') await sayCommitted()
      expect(told.filter((what) => what !== step && Array.isArray(what))).toEqual([['crashed', 'SIGKILL', true]])

      // The predecessor drains on, and is nobody's business any more.
      slot.start()
      worker().says.send({ type: 'in-charge', generation: 3 })
      await arrived()
      first.end(0)
      await arrived()
      expect(slot.current).toBe(worker())
      expect(told.filter((what) => Array.isArray(what))).toHaveLength(1)
    },
  )

  it('goes on with the predecessor where the successor ends, and nothing was handed over', async () => {
    const { slot, first, successor, told } = await restarting()
    successor.end('SIGKILL')
    await arrived()
    const next = await first.says.ask({ type: 'launch', request: REQUEST })
    first.says.send({ type: 'step', step: { event: 'committed', pid: 5, generation: 2 } })
    await arrived()
    expect(next).toMatchObject({ pid: expect.any(Number) })
    expect(told.filter((what) => Array.isArray(what))).toEqual([])
    expect(slot.current).toBe(first)
  })

  it('starts the successor with the sockets that it is to inherit, and relays what both say', async () => {
    const { worker } = await serving()
    const first = worker()
    first.says.send({ type: 'listens', listener: LISTENER }, { fd: 30, close() {} })
    const launched = await first.says.ask({ type: 'launch', request: { ...REQUEST, sockets: [7] } })
    expect(launched).toEqual({ pid: worker().pid })
    expect(worker().launch).toMatchObject({ execPath: '/node', args: ['a.js'], fds: [30] })
    expect(worker().generation).toBe(2)

    const toSuccessor = new Channel<{ type: 'restart' }, never>(first.its.open('successor 1'))
    const toPredecessor = new Channel<never, { type: 'restart' }>(worker().its.open(LANES.predecessor))
    const heard = vi.fn<() => void>()
    toPredecessor.on('restart', heard)
    toSuccessor.send({ type: 'restart' })
    await arrived()
    await arrived()
    expect(heard).toHaveBeenCalledOnce()
  })

  it('sends the successor the signals that its predecessor wants, and tells how it ended', async () => {
    const { first, successor, told } = await restarting()
    const heard: unknown[] = []
    first.says.on('successor-ended', ({ signal, how }) => heard.push([signal, how]))
    first.says.send({ type: 'signal-successor', signal: 'SIGTERM' })
    await arrived()
    expect(successor.signals).toEqual(['SIGTERM'])
    successor.end(7)
    await arrived()
    expect(heard).toEqual([[null, 'exited with code 7']])
    expect(told).toEqual([])
  })

  it.each<[string, (slot: Slot) => LaunchRequest | void, RegExp]>([
    ['whose socket is not held', () => ({ ...REQUEST, sockets: [404] }), /does not hold/],
    ['during a shutdown', (slot) => slot.stop('SIGTERM'), /shutting down/],
    ['that the system refuses', () => void (FakeWorker.fails = { at: 'once', error: new Error('EAGAIN') }), /EAGAIN/],
    ['that cannot be started', () => void (FakeWorker.fails = { at: 'later', error: new Error('ENOENT') }), /ENOENT/],
  ])('is refused a successor %s', async (_, prepare, message) => {
    const { slot, worker, told } = await serving()
    const first = worker()
    const request = prepare(slot) ?? REQUEST
    const answer = await first.says.ask({ type: 'launch', request })
    expect(answer).toMatchObject({
      code: expect.stringMatching(/^ERR_ZERODOWN_/),
      message: expect.stringMatching(message),
    })
    expect([slot.current, told]).toEqual([first, []])
  })
})

describe('the end of a process', () => {
  it('in charge is a crash, and is told once', async () => {
    const { told, worker } = await serving()
    worker().end('SIGSEGV')
    await arrived()
    expect(told).toEqual([['crashed', 'SIGSEGV', true]])
  })

  it('that has handed over is none', async () => {
    const { slot, told, first, successor } = await restarting()
    successor.says.send({ type: 'in-charge', generation: 2 })
    await arrived()
    first.end(0)
    await arrived()
    expect(told).toEqual(['in charge: 2'])
    expect(slot.current).toBe(successor)
  })

  it('in charge is none while its successor can still take over; the end of both is one', async () => {
    const { told, first, successor } = await restarting()
    first.end('SIGKILL')
    await arrived()
    expect(told).toEqual([])
    successor.end(1)
    await arrived()
    expect(told).toEqual([['crashed', 1, true]])
  })

  it('that is draining does not count again, while nobody is in charge', async () => {
    const { told, first, successor } = await restarting()
    successor.says.send({ type: 'in-charge', generation: 2 })
    await arrived()
    successor.end(1)
    await arrived()
    first.end(0)
    await arrived()
    expect(told).toEqual(['in charge: 2', ['crashed', 1, true]])
  })

  it('may be seen before its last word, that it is in charge', async () => {
    const { told, slot, first, successor } = await restarting()
    const says = successor.says
    says.send({ type: 'in-charge', generation: 2 })
    successor.end(1)
    await arrived()
    await arrived()
    expect(told).toEqual([['crashed', 1, true]])
    first.end(0)
    await arrived()
    expect([told.length, slot.current]).toEqual([1, undefined])
  })

  it('that was started again and was never in charge counts as one that did not live at all', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const { slot, told, worker } = await serving()
      vi.advanceTimersByTime(3_600_000)
      worker().end(1)
      await arrived()
      slot.start()
      worker().end(1)
      await arrived()
      expect(told).toEqual([
        ['crashed', 1, false],
        ['crashed', 1, true],
      ])
    } finally {
      vi.useRealTimers()
    }
  })

  it.each(['once', 'later'] as const)('that could not even be started (at %s) is told with the reason', async (at) => {
    const { slot, told } = aSlot()
    FakeWorker.fails = { at, error: new Error('spawn EAGAIN') }
    slot.start()
    await arrived()
    expect(told).toEqual(['not started: spawn EAGAIN'])
    expect(slot.processes.size).toBe(0)
  })
})

describe('a process that is not in charge in time', () => {
  it('is told to end and then killed, counts as a crash, and is not to be in charge any more', async () => {
    const { slot, told, worker } = aSlot(50)
    slot.start()
    const late = worker()
    await vi.waitFor(() => expect(told).toEqual([['crashed', null, true]]), { timeout: 30_000 })
    await vi.waitFor(() => expect(late.signals).toEqual(['SIGTERM', 'SIGKILL']), { timeout: 30_000 })
    late.says.send({ type: 'in-charge', generation: 1 })
    await arrived()
    late.end('SIGKILL')
    await arrived()
    expect([told.length, slot.current, slot.charge.began]).toEqual([1, undefined, false])
  })

  it('has the time that it says, in place of the time that the supervisor knows, also to its end', async () => {
    const { slot, told, worker } = aSlot()
    slot.start()
    const late = worker()
    late.says.send({ type: 'times', readyTimeout: 50, stopTimeout: 60_000 })
    await vi.waitFor(() => expect(told).toEqual([['crashed', null, true]]), { timeout: 30_000 })
    expect(late.signals).toEqual(['SIGTERM'])
    expect(late.times).toMatchObject({ stopTimeout: 60_000 })
    late.end(0)
  })

  it('is given up as well where it should take over from one that has ended', async () => {
    const { slot, told, worker } = aSlot(500)
    slot.start()
    const first = worker()
    first.says.send({ type: 'in-charge', generation: 1 })
    await arrived()
    await first.says.ask({ type: 'launch', request: REQUEST })
    const successor = worker()
    first.end('SIGKILL')
    await vi.waitFor(() => expect(told).toContainEqual(['crashed', null, true]), { timeout: 30_000 })
    await vi.waitFor(() => expect(successor.signals).toEqual(['SIGTERM', 'SIGKILL']), { timeout: 30_000 })
  })
})

describe('a process that lives and has closed its channel', () => {
  it('is told to end, and another is started in its place at once', async () => {
    const { told, worker, slot } = await serving()
    const lost = worker()
    lost.closeChannel()
    await vi.waitFor(() => expect(told).toEqual([['crashed', null, false]]), { timeout: 30_000 })
    expect([lost.signals, slot.current]).toEqual([['SIGTERM'], undefined])
    slot.start()
    await vi.waitFor(() => expect(lost.signals).toEqual(['SIGTERM', 'SIGKILL']), { timeout: 30_000 })
    lost.end('SIGKILL')
    await arrived()
    expect(told).toHaveLength(1)
  })

  it('is followed by its successor, if it has one', async () => {
    const { told, first, successor, slot } = await restarting()
    first.closeChannel()
    await vi.waitFor(() => expect(first.signals).toContain('SIGTERM'), { timeout: 30_000 })
    successor.says.send({ type: 'in-charge', generation: 2 })
    await arrived()
    expect([told, slot.current]).toEqual([['in charge: 2'], successor])
  })
})
