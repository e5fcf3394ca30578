import { describe, expect, it, vi } from 'vitest'
import type { PredecessorEvents } from '../../src/restart/predecessor.ts'
import { Predecessor } from '../../src/restart/predecessor.ts'
import { arrived, channelInMemory } from '../support/carriers.ts'
import { endedPid, spawnIdle } from '../support/processes.ts'

const events = () => ({
  inCharge: vi.fn<PredecessorEvents['inCharge']>(),
  restartRequested: vi.fn<PredecessorEvents['restartRequested']>(),
  ticketKeys: vi.fn<PredecessorEvents['ticketKeys']>(),
  notServed: vi.fn<PredecessorEvents['notServed']>(() => ['tcp:127.0.0.1:80']),
})

/** A predecessor that lives as long as this process, unless it is told which one it is. */
function aPredecessor(pid = process.pid) {
  const ends = channelInMemory()
  const heard: unknown[] = []
  for (const type of ['hello', 'ready', 'leaving', 'refused', 'restarted', 'not-restarted'] as const) {
    ends.toSuccessor.on(type, (message) => heard.push([type, contentOf(message)]))
  }
  return { ...ends, heard, predecessor: new Predecessor(pid, ends.toPredecessor) }
}

const contentOf = (message: object): unknown =>
  Object.fromEntries(Object.entries(message).filter(([name]) => name !== 'zerodown' && name !== 'type'))

describe('what a predecessor hears', () => {
  it('is who this process is, and then what it says', async () => {
    const { predecessor, heard } = aPredecessor()
    predecessor.refuse('no port')
    predecessor.announceReady([{ listener: 3, kinds: ['some'] }])
    predecessor.announceLeaving('by SIGTERM')
    predecessor.reportRestart(Promise.resolve({ pid: 7, generation: 4 }))
    predecessor.reportRestart(Promise.reject(new Error('no room')))
    await arrived()

    expect(heard).toEqual([
      ['hello', { pid: process.pid }],
      ['refused', { message: 'no port' }],
      ['ready', { pid: process.pid, accepts: [{ listener: 3, kinds: ['some'] }] }],
      ['leaving', { why: 'by SIGTERM' }],
      ['restarted', { pid: 7, generation: 4 }],
      ['not-restarted', { message: 'no room' }],
    ])
  })

  it('is what is no longer served, when it asks; anything, where nobody listens here', async () => {
    const { predecessor, toSuccessor } = aPredecessor()
    expect(await toSuccessor.ask({ type: 'serving-asked' })).toEqual(['anything'])
    predecessor.subscribe(events())
    expect(await toSuccessor.ask({ type: 'serving-asked' })).toEqual(['tcp:127.0.0.1:80'])
  })

  it('is that the restart it asks for is not to be, where nothing is served any more', async () => {
    const { predecessor, toSuccessor, heard } = aPredecessor()
    const listening = events()
    predecessor.subscribe(listening)
    toSuccessor.send({ type: 'restart' })
    await arrived()
    expect(listening.restartRequested).toHaveBeenCalledOnce()

    predecessor.subscribe(undefined)
    toSuccessor.send({ type: 'restart' })
    await arrived()
    expect(heard.at(-1)).toEqual(['not-restarted', { message: 'the successor has closed its last server.' }])
    expect(listening.restartRequested).toHaveBeenCalledOnce()
  })
})

describe('a successor comes to be in charge', () => {
  it('by the commit, once', async () => {
    const { predecessor, toSuccessor } = aPredecessor()
    const listening = events()
    predecessor.subscribe(listening)
    expect(predecessor.takeOver).toBeUndefined()
    toSuccessor.send({ type: 'commit', restart: true })
    toSuccessor.send({ type: 'commit', restart: false })
    await arrived()

    expect(predecessor.takeOver).toBe('commit')
    expect(listening.inCharge.mock.calls).toEqual([['commit', true]])
  })

  it('by the end of its predecessor’s process', async () => {
    const { predecessor } = aPredecessor(await endedPid())
    const listening = events()
    predecessor.subscribe(listening)
    await predecessor.gone
    await arrived()
    expect(listening.inCharge.mock.calls).toEqual([['predecessor gone', false]])
  })

  it('not by the end of the channel, while the predecessor lives', async () => {
    const { pid, end } = await spawnIdle()
    const { predecessor, toSuccessor, carriers } = aPredecessor(pid)
    carriers[0].close()
    await toSuccessor.ended
    await arrived()
    expect(predecessor.takeOver).toBeUndefined()

    await end()
    await predecessor.gone
    expect(predecessor.takeOver).toBe('predecessor gone')
  })
})

describe('the channel', () => {
  it('keeps a process alive only where nothing is served any more and connections may still come', async () => {
    const { predecessor, toSuccessor, carriers } = aPredecessor()
    predecessor.subscribe(events())
    expect(carriers[1].referenced).toBe(false)
    predecessor.subscribe(undefined)
    expect(carriers[1].referenced).toBe(false)

    toSuccessor.send({ type: 'commit', restart: false })
    await arrived()
    predecessor.subscribe(undefined)
    expect(carriers[1].referenced).toBe(true)
    predecessor.subscribe(events())
    expect(carriers[1].referenced).toBe(false)
  })

  it('brings the keys for TLS sessions, by the listener', async () => {
    const { predecessor, toSuccessor } = aPredecessor()
    const listening = events()
    predecessor.subscribe(listening)
    toSuccessor.send({ type: 'ticket-keys', ticketKeys: [{ listener: 4, keys: 'secret' }] })
    await arrived()
    expect(listening.ticketKeys).toHaveBeenCalledOnce()
    expect([3, 4, undefined].map((listener) => predecessor.ticketKeysOf(listener))).toEqual([
      undefined,
      'secret',
      undefined,
    ])
  })
})
