import { describe, expect, it } from 'vitest'
import { Channel } from '../../src/channel/channel.ts'
import type { ChannelToPredecessor, ChannelToSuccessor } from '../../src/channel/channel.ts'
import { relay } from '../../src/channel/relay.ts'
import { MemoryCarrier, arrived } from '../support/carriers.ts'

/** The two ends of a channel, with a relay in between. */
function throughRelay() {
  const [before, left] = MemoryCarrier.pair()
  const [right, behind] = MemoryCarrier.pair()
  relay(left, right)
  const toSuccessor: ChannelToSuccessor = new Channel(before)
  const toPredecessor: ChannelToPredecessor = new Channel(behind)
  return { toSuccessor, toPredecessor, before, left, right, behind }
}

function aHandle() {
  const handle = { closed: 0, readStop() {}, readStart() {}, close: () => void (handle.closed += 1) }
  return handle
}

const copy = (id: number) => ({ type: 'connection', id, listener: 3, kind: 'any' }) as const

describe('a relay', () => {
  it('passes on what is said, in its order, and the answers', async () => {
    const { toSuccessor, toPredecessor } = throughRelay()
    const heard: unknown[] = []
    toPredecessor.on('connection', ({ id }) => heard.push(id))
    toPredecessor.answer('connections-asked', ({ ids }) => {
      heard.push('asked')
      return ids
    })
    toSuccessor.send(copy(1))
    toSuccessor.send(copy(2))

    expect(await toSuccessor.ask({ type: 'connections-asked', ids: [1, 2] })).toEqual([1, 2])
    expect(heard).toEqual([1, 2, 'asked'])
  })

  it('passes on a handle, and closes its own when that has left', async () => {
    const { toSuccessor, toPredecessor, before } = throughRelay()
    const handle = aHandle()
    const heard: [unknown, number][] = []
    toPredecessor.on('connection', (_, came) => heard.push([came, handle.closed]))
    toSuccessor.send(copy(1), handle)
    await arrived()
    // In memory it is the same one on both sides.
    expect(heard).toEqual([[handle, 0]])
    expect([handle.closed, before.open]).toEqual([1, true])
  })

  it('passes on what it does not understand', async () => {
    const { before, behind } = throughRelay()
    const heard: unknown[] = []
    behind.onMessage((message) => heard.push(message))
    before.send({ of: 'another time' })
    await arrived()
    expect(heard).toEqual([{ of: 'another time' }])
  })

  it.each(['before', 'behind'] as const)('ends with either end: %s', async (end) => {
    const ends = throughRelay()
    ends[end].close()
    await Promise.all([ends.toSuccessor.ended, ends.toPredecessor.ended])
    expect([ends.left.open, ends.right.open]).toEqual([false, false])
  })

  it('keeps no handle for whom the other end is closed already', async () => {
    const { left, right, before } = throughRelay()
    const handle = aHandle()
    right.open = false
    before.send(copy(1), handle)
    await arrived()
    expect([handle.closed, left.sent]).toEqual([1, []])
  })
})
