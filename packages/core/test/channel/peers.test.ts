import { expect, it, onTestFinished, vi } from 'vitest'
import type { PeerListener, Peers } from '../../src/channel/peers.ts'
import {
  hearPredecessor,
  hearSuccessor,
  peers,
  sayCommitted,
  sayLeaving,
  sayRolledBack,
} from '../../src/channel/peers.ts'
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

it('is told that the predecessor has no such part', async () => {
  const { toSuccessor, toPredecessor } = channelInMemory()
  hearSuccessor(toSuccessor)
  hearPredecessor(toPredecessor)
  const unknown: string[] = []
  const known = listenAs('known', { fromSuccessor() {}, unknownToPredecessor: () => unknown.push('known') })
  const part = listenAs('part', { unknownToPredecessor: () => unknown.push('part') })
  known.toPredecessor(1)
  part.toPredecessor(1)
  await arrived()
  await arrived()
  expect(unknown).toEqual(['part'])
})

it('can ask whether the successor has such a part', async () => {
  const { toSuccessor, toPredecessor, carriers } = channelInMemory()
  const part = listenAs('part', {})
  hearSuccessor(toSuccessor)
  // An older version says nothing of it.
  expect(await part.isInSuccessor()).toBeUndefined()
  hearPredecessor(toPredecessor)
  // Both sides are one process here.
  expect(await part.isInSuccessor()).toBe(true)
  part.end()
  expect(await part.isInSuccessor()).toBe(false)
  const asked = part.isInSuccessor()
  carriers[0].close()
  expect(await asked).toBeUndefined()
  expect(await part.isInSuccessor()).toBeUndefined()
})

it('tells all parts of the commit, and waits for those that have something to say before this process leaves', async () => {
  const told: string[] = []
  let finish: (() => void) | undefined
  listenAs('quiet', { committed: () => told.push('quiet'), leaving: () => undefined })
  expect(sayLeaving(1)).toBeUndefined()
  listenAs('busy', {
    committed: () => told.push('busy'),
    leaving: (time) => new Promise<void>((resolve) => (finish = () => resolve(void told.push(`within ${time} ms`)))),
  })
  sayCommitted()
  const leaving = sayLeaving(5000)
  expect(told).toEqual(['quiet', 'busy'])
  finish?.()
  await leaving
  expect(told).toEqual(['quiet', 'busy', 'within 5000 ms'])
})

it('tells all parts that this process leaves without having been in charge', () => {
  const told: string[] = []
  listenAs('deaf', {})
  listenAs('part', { rolledBack: () => told.push('part') })
  listenAs('other', { rolledBack: () => told.push('other') })
  sayRolledBack()
  expect(told).toEqual(['part', 'other'])
})

it('a part that fails keeps nobody from the commit, and no process from leaving', async () => {
  const uncaught = vi.spyOn(process, 'nextTick').mockImplementation(() => {})
  onTestFinished(() => uncaught.mockRestore())
  const fails = (): never => {
    throw new Error('mistaken')
  }
  listenAs('mistaken', { committed: fails, leaving: fails })
  listenAs('unlucky', { leaving: () => Promise.reject(new Error('unlucky')) })
  const told = vi.fn<() => void>()
  listenAs('other', { committed: told })
  sayCommitted()
  const leaving = sayLeaving(1)
  const [[first], [second]] = uncaught.mock.calls as [[() => void], [() => void]]
  uncaught.mockRestore()
  expect(told).toHaveBeenCalledOnce()
  expect(first).toThrow('mistaken')
  expect(second).toThrow('mistaken')
  await leaving
})
