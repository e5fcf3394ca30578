import { expect, it, onTestFinished, vi } from 'vitest'
import type { PeerListener, Peers } from '../../src/channel/peers.ts'
import { hearPredecessor, hearSuccessor, peers } from '../../src/channel/peers.ts'
import { arrived, channelInMemory } from '../support/carriers.ts'

function listenAs(name: string, listener: PeerListener): Peers {
  const these = peers(name, listener)
  onTestFinished(() => these.end())
  return these
}

const handle = () => ({ readStart: () => 0, readStop: () => 0, close: vi.fn<() => void>() })

it('one part of a process hears its like in the neighbouring generations, in order, and no other', async () => {
  const { toSuccessor, toPredecessor } = channelInMemory()
  hearSuccessor(toSuccessor)
  hearPredecessor(toPredecessor)
  const heard: unknown[] = []
  const cache = listenAs('cache', {
    fromPredecessor: (message) => heard.push(['from predecessor', message]),
    fromSuccessor: (message) => heard.push(['from successor', message]),
  })
  listenAs('other', { fromPredecessor: (message) => heard.push(['wrong', message]) })
  expect(cache.toSuccessor({ n: 1 })).toBe(true)
  expect(cache.toSuccessor(2)).toBe(true)
  expect(cache.toPredecessor('thanks')).toBe(true)
  await arrived()
  expect(heard).toEqual([
    ['from predecessor', { n: 1 }],
    ['from predecessor', 2],
    ['from successor', 'thanks'],
  ])
})

it('a handle goes along, and is closed where nobody listens', async () => {
  const { toSuccessor, toPredecessor } = channelInMemory()
  hearSuccessor(toSuccessor)
  hearPredecessor(toPredecessor)
  const handles: unknown[] = []
  const here = listenAs('pipes', { fromPredecessor: (_, one) => handles.push(one) })
  const deaf = listenAs('deaf', {})
  const [taken, dropped] = [handle(), handle()]
  here.toSuccessor('take it', taken)
  deaf.toSuccessor('nobody takes it', dropped)
  await arrived()
  expect(handles).toEqual([taken])
  expect(taken.close).not.toHaveBeenCalled()
  expect(dropped.close).toHaveBeenCalledOnce()
})

it('says when a neighbour is gone, and sends nothing to it any more', async () => {
  const { toSuccessor, toPredecessor, carriers } = channelInMemory()
  hearSuccessor(toSuccessor)
  hearPredecessor(toPredecessor)
  const gone: string[] = []
  const part = listenAs('part', {
    predecessorGone: () => gone.push('predecessor'),
    successorGone: () => gone.push('successor'),
  })
  carriers[0].close()
  await arrived()
  await arrived()
  expect(gone.toSorted()).toEqual(['predecessor', 'successor'])
  expect([part.toPredecessor(1), part.toSuccessor(1)]).toEqual([false, false])
})

it('a successor that failed is not heard in place of the next one', async () => {
  const [first, second] = [channelInMemory(), channelInMemory()]
  hearSuccessor(first.toSuccessor)
  const gone: string[] = []
  const part = listenAs('part', { successorGone: () => gone.push('successor') })
  hearSuccessor(second.toSuccessor)
  first.carriers[0].close()
  await arrived()
  await arrived()
  expect(gone).toEqual([])
  expect(part.toSuccessor(1)).toBe(true)
})
