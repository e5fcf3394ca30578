import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Channel } from '../../src/channel/channel.ts'
import { Lanes } from '../../src/channel/lanes.ts'
import type { FromSupervisor, FromWorker, LaunchRequest, WorkerInfo } from '../../src/channel/supervision.ts'
import { LANES } from '../../src/channel/supervision.ts'
import { ZerodownError } from '../../src/errors.ts'
import { listeningFd } from '../../src/node/internals/handles.ts'
import { inodeOf } from '../../src/node/stat.ts'
import type { Launch } from '../../src/restart/launch.ts'
import { Supervisor } from '../../src/restart/supervisor.ts'
import { MemoryCarrier, arrived } from '../support/carriers.ts'

const PORT = { kind: 'tcp', host: '::', port: 8080, ipv6Only: false } as const
const LISTENER = { fd: 3, inode: 7, bound: PORT } as const

/** As a worker sees it, and the supervisor's own end. */
function supervised(worker: Partial<WorkerInfo> = {}) {
  const [its, own] = MemoryCarrier.pair()
  const supervisor = new Supervisor({ slot: 2, slots: 3, ...worker }, new Lanes(its))
  const lanes = new Lanes(own)
  const channel = new Channel<FromSupervisor, FromWorker>(lanes.open(LANES.supervisor))
  return { supervisor, channel, lanes, carrier: own }
}

/** How to start a successor, with a socket to inherit. */
async function aLaunch() {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const fd = listeningFd(server) ?? -1
  const launch: Launch = { execPath: '/node', argv0: 'node', args: ['a.js'], cwd: '/', env: { A: '1' }, fds: [fd] }
  return { launch, inode: inodeOf(fd) }
}

describe('a worker', () => {
  it('tells its supervisor what it listens on, with the socket, and that it is in charge', async () => {
    const { supervisor, channel } = supervised()
    const heard: unknown[] = []
    channel.on('listens', ({ listener }, handle) => heard.push([listener, handle]))
    channel.on('closed', ({ inode }) => heard.push(inode))
    channel.on('in-charge', ({ generation }) => heard.push(`in charge: ${generation}`))
    const handle = { readStop() {}, readStart() {}, close() {} }
    supervisor.hold(LISTENER, handle)
    supervisor.release(LISTENER)
    supervisor.announceInCharge(4)
    await arrived()
    expect(heard).toEqual([[LISTENER, handle], 7, 'in charge: 4'])
  })

  it('says how large it is', async () => {
    const size = (await supervised().channel.ask({ type: 'memory' })) ?? 0
    expect(size).toBeGreaterThan(1024 ** 2)
    expect(size).toBeLessThanOrEqual(process.memoryUsage.rss() * 2)
  })

  it('restarts when it is told to, and says what came of it', async () => {
    const { supervisor, channel } = supervised()
    expect(await channel.ask({ type: 'restart-slot' })).toBeNull()
    supervisor.subscribe(async () => ({ pid: 5, generation: 2 }))
    expect(await channel.ask({ type: 'restart-slot' })).toEqual({ pid: 5, generation: 2 })
    supervisor.subscribe(() => Promise.reject(new ZerodownError('ERR_ZERODOWN_READY_TIMEOUT', 'too slow.')))
    expect(await channel.ask({ type: 'restart-slot' })).toEqual({
      code: 'ERR_ZERODOWN_READY_TIMEOUT',
      message: 'too slow.',
    })
    supervisor.subscribe(() => Promise.reject(new Error('a bug')))
    expect(await channel.ask({ type: 'restart-slot' })).toEqual({ code: 'ERR_ZERODOWN_LAUNCH', message: 'a bug' })
  })

  it('sees when the supervisor has gone', async () => {
    const { supervisor, carrier } = supervised()
    carrier.close()
    await supervisor.gone
  })
})

describe('a trigger that comes to a worker', () => {
  it('restarts all slots, and gives who serves in its own slot then', async () => {
    const { supervisor, channel } = supervised()
    channel.answer('roll', () => ({ pid: 5, generation: 2 }))
    expect(await supervisor.roll()).toEqual({ pid: 5, generation: 2 })
  })

  it('rejects with what went wrong in the slot that failed', async () => {
    const { supervisor, channel } = supervised()
    channel.answer('roll', () => ({ code: 'ERR_ZERODOWN_SUCCESSOR_EXITED', message: 'slot 1' }))
    const rolling = supervisor.roll()
    await expect(rolling).rejects.toBeInstanceOf(ZerodownError)
    await expect(rolling).rejects.toMatchObject({ code: 'ERR_ZERODOWN_SUCCESSOR_EXITED', message: 'slot 1' })
  })

  it('rejects when the supervisor goes', async () => {
    const { supervisor, channel, carrier } = supervised()
    channel.answer('roll', () => new Promise(() => {}))
    const rolling = supervisor.roll()
    carrier.close()
    await expect(rolling).rejects.toMatchObject({ code: 'ERR_ZERODOWN_RESTART_ABORTED' })
  })
})

describe('the keys of TLS sessions', () => {
  it('are those of the supervisor, and its own ones where that has none', async () => {
    const { supervisor, channel } = supervised()
    expect(await supervisor.shareTicketKeys('tcp', 'own')).toBe('own')
    channel.answer('ticket-keys-shared', ({ key, keys }) => `${key}: of the first slot, not ${keys}`)
    expect(await supervisor.shareTicketKeys('tcp', 'own')).toBe('tcp: of the first slot, not own')
  })
})

describe('where a worker binds a port', () => {
  const ports = [
    { key: 'tcp:[::]:0', index: 1, port: 4001 },
    { key: 'tcp:[::]:0', index: 2, port: 4002 },
  ]

  it('shares it with the other slots by reusePort, where there is that', () => {
    const sharedBy = (info: Partial<WorkerInfo>) => supervised(info).supervisor.sharedPort(PORT, undefined, 1)
    expect(sharedBy({ reusePort: true })?.options).toEqual({ reusePort: true })
    expect(sharedBy({ reusePort: false })).toBeUndefined()
    expect(sharedBy({})).toBeUndefined()
  })

  it.each([
    [1, 1, true],
    [1, 2, false],
    [2, 1, false],
  ])('in slot %i, generation %i, nobody else may have it: %s', (slot, generation, first) => {
    expect(supervised({ reusePort: true, slot }).supervisor.sharedPort(PORT, 1, generation)?.first).toBe(first)
  })

  it('any port is that of the slots before it', () => {
    const { supervisor } = supervised({ reusePort: true, ports })
    const any = { ...PORT, port: 0 }
    expect(supervisor.sharedPort(any, 2, 1)?.options).toEqual({ reusePort: true, port: 4002 })
    // The code of this slot listens once more than that of the others.
    expect(supervisor.sharedPort(any, 3, 1)?.options).toEqual({ reusePort: true })
    expect(supervisor.sharedPort(PORT, 1, 1)?.options).toEqual({ reusePort: true })
  })

  it('a unix path is bound as the application says', () => {
    expect(
      supervised({ reusePort: true }).supervisor.sharedPort({ kind: 'unix', path: '/a' }, undefined, 1),
    ).toBeUndefined()
  })
})

describe('the successor of a worker', () => {
  it('is started by the supervisor, which knows its sockets by their inodes', async () => {
    const { supervisor, channel } = supervised()
    const requests: LaunchRequest[] = []
    channel.answer('launch', ({ request }) => {
      requests.push(request)
      return { pid: 99 }
    })
    const { launch, inode } = await aLaunch()
    const { process } = supervisor.startSuccessor(launch)
    await process.launched
    expect(process.pid).toBe(99)
    expect(inode).toBeGreaterThan(0)
    expect(requests).toMatchObject([{ execPath: '/node', args: ['a.js'], cwd: '/', env: { A: '1' }, sockets: [inode] }])
  })

  it('that cannot be started fails as one that is started without a supervisor', async () => {
    const { supervisor, channel } = supervised()
    channel.answer('launch', () => ({ code: 'ERR_ZERODOWN_LAUNCH', message: 'spawn EAGAIN' }))
    const { process } = supervisor.startSuccessor((await aLaunch()).launch)
    expect(await process.ended).toMatchObject({ code: 'ERR_ZERODOWN_LAUNCH', message: expect.stringMatching(/EAGAIN/) })
  })

  it('has a channel of its own: the end of an earlier one may come late', async () => {
    const { supervisor, channel, lanes } = supervised()
    const opened: string[] = []
    channel.answer('launch', ({ request: { lane } }) => {
      opened.push(lane)
      return { pid: 99 }
    })
    const { launch } = await aLaunch()
    const first = supervisor.startSuccessor(launch)
    await first.process.launched
    const second = supervisor.startSuccessor(launch)
    await second.process.launched
    lanes.open(opened[0] ?? '').close()
    await first.channel.ended
    expect([first.channel.open, second.channel.open]).toEqual([false, true])
  })
})
