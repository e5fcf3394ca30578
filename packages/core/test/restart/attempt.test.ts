import { describe, expect, it, vi } from 'vitest'
import type { Emit, EventName } from '../../src/events.ts'
import { resolve } from '../../src/options/resolve.ts'
import { Attempt } from '../../src/restart/attempt.ts'
import type { Launch } from '../../src/restart/launch.ts'
import type { Successor } from '../../src/restart/successor.ts'
import { channelInMemory } from '../support/carriers.ts'
import { FakeProcess } from '../support/fake-successor.ts'

type Says = ReturnType<typeof channelInMemory>['toPredecessor']

/** A successor that is ready at once, and serves. */
const good = (says: Says): void => {
  says.answer('serving-asked', () => [])
  says.send({ type: 'ready', pid: 4711 })
}

interface Tried {
  attempt: Attempt
  run: Promise<Successor>
  /** One for each time that a successor was started. */
  processes: FakeProcess[]
  /** In the order in which they were announced. */
  announced: number[]
  events: EventName[]
  /** What systemd was told of the restart. */
  told: string[]
  warn: ReturnType<typeof vi.fn>
}

/** An attempt whose successors behave like that, the last one ever after. */
function attempt(
  behaviours: ((says: Says, process: FakeProcess) => void)[],
  announce: (pid: number, of: FakeProcess) => void = () => {},
): Tried {
  const processes: FakeProcess[] = []
  const announced: number[] = []
  const events: EventName[] = []
  const told: string[] = []
  const warn = vi.fn<(message: string) => void>()
  const logger = { debug() {}, info() {}, warn, error() {} }
  const one = new Attempt({} as Launch, 2, [], {
    settings: { ...resolve({ probation: 0, readyTimeout: 5000 }), logger },
    mainPid: {
      announce: async (pid) => {
        announced.push(pid)
        announce(pid, processes.at(-1) as FakeProcess)
      },
      announceReload: async (status) => void told.push(status),
      announceReloaded: async (status) => void told.push(status),
    },
    emit: ((name: EventName) => void events.push(name)) as Emit,
    start: () => {
      const process = new FakeProcess()
      processes.push(process)
      const { toSuccessor, toPredecessor } = channelInMemory()
      behaviours[Math.min(processes.length, behaviours.length) - 1]?.(toPredecessor, process)
      return { process, channel: toSuccessor }
    },
  })
  return { attempt: one, run: one.run(), processes, announced, events, told, warn }
}

describe('an attempt to restart', () => {
  it('gives a successor that is ready, has got through its probation, serves, and is announced', async () => {
    const { run, announced, events, told } = attempt([good])
    expect((await run).pid).toBe(4711)
    expect(announced).toEqual([4711])
    expect(told).toEqual(['generation 1, restarting: generation 2'])
    expect(events).toEqual(['restarting', 'launched', 'probation'])
  })

  it.each<[string, (says: Says, process: FakeProcess) => void, RegExp, EventName[]]>([
    ['exits before it is ready', (_, process) => process.exit(1), /exited with code 1/, ['restarting', 'launched']],
    [
      'is ready and does not serve',
      (says) => {
        says.answer('serving-asked', () => ['tcp:127.0.0.1:80'])
        says.send({ type: 'ready', pid: 4711 })
      },
      /does not serve tcp:127\.0\.0\.1:80/,
      ['restarting', 'launched', 'probation'],
    ],
  ])('ends a successor that %s, and announces nobody', async (_, behaves, says, told) => {
    const { run, processes, announced, events, told: statuses } = attempt([behaves])
    await expect(run).rejects.toThrow(says)
    expect(statuses[1]).toMatch(new RegExp(`^generation 1, serving; the restart failed: .*${says.source}`))
    expect(processes.map(({ signals }) => signals)).toEqual([['SIGTERM']])
    expect([announced, events]).toEqual([[], told])
  })

  it('announces this process again where the successor dies while it is announced', async () => {
    const { run, announced } = attempt([good], (pid, of) => void (pid === 4711 && of.exit(1)))
    await expect(run).rejects.toThrow(/exited with code 1/)
    expect(announced).toEqual([4711, process.pid])
  })

  it('starts a successor again that a restart signal ended before it could hear it', async () => {
    const { run, processes, warn } = attempt([(_, process) => process.die('SIGUSR2'), good])
    await run
    expect(processes).toHaveLength(2)
    expect(warn).toHaveBeenCalledWith('SIGUSR2 ended generation 2 before it could hear it: starting it again.')
  })

  it('that is given up stops the successor at once, and fails with the reason', async () => {
    const { attempt: given, run, processes, told } = attempt([() => {}])
    const reason = new Error('this process shuts down')
    given.abort(reason)
    expect(processes.map(({ signals }) => signals)).toEqual([['SIGTERM']])
    await expect(run).rejects.toThrow(reason)
    expect(told).toEqual(['generation 1, restarting: generation 2'])
  })
})
