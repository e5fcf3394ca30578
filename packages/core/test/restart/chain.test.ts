import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { ChannelToPredecessor, ChannelToSuccessor } from '../../src/channel/channel.ts'
import { defer } from '../../src/node/deferred.ts'
import { Chain } from '../../src/restart/chain.ts'
import { arrived, channelInMemory } from '../support/carriers.ts'

interface Member {
  chain: Chain
  /** Its process ends. */
  end(): Promise<void>
  /** With what it was told to end its drain; `undefined`: it was not. */
  cut: number | undefined
}

/** Processes of one chain, oldest first. */
function chainOf(length: number): Member[] {
  const members: Member[] = []
  let predecessor: { channel: ChannelToPredecessor; gone: Promise<void> } | undefined
  for (let n = 0; n < length; n += 1) {
    const chain = new Chain(predecessor)
    const { toSuccessor, toPredecessor } = channelInMemory()
    const gone = defer<void>()
    chain.follow(toSuccessor)
    const end = async (): Promise<void> => {
      gone.resolve()
      await settled(length)
    }
    const member: Member = { chain, cut: undefined, end }
    void chain.cut.then((most) => (member.cut = most))
    members.push(member)
    predecessor = { channel: toPredecessor, gone: gone.promise }
  }
  return members
}

/** A message may have gone from one end of the chain to the other, and one back. */
async function settled(length: number): Promise<void> {
  for (let n = 0; n < 2 * length; n += 1) await arrived()
}

/** Of restarts that nobody gives up. */
const { signal } = new AbortController()

const livingIn = (members: Member[]): number[] => members.map(({ chain }) => chain.living)
const cutIn = (members: Member[]): (number | undefined)[] => members.map(({ cut }) => cut)

describe('a chain', () => {
  it('counts the processes that live, up to each', async () => {
    const members = chainOf(4)
    await settled(4)
    expect(livingIn(members)).toEqual([1, 2, 3, 4])
    await members[0]?.end()
    expect(livingIn(members).slice(1)).toEqual([1, 2, 3])
    await members[1]?.end()
    expect(livingIn(members).slice(2)).toEqual([1, 2])
  })

  it('is no longer than two where the predecessor says nothing of those before it: its version knows of none', async () => {
    const { toPredecessor } = channelInMemory()
    expect(new Chain({ channel: toPredecessor, gone: new Promise(() => {}) }).living).toBe(2)
  })

  it('has room for a successor while there are fewer than may be', async () => {
    const members = chainOf(3)
    await settled(3)
    expect(members[2]?.chain.makeRoom(4, signal)).toBeUndefined()
    await settled(3)
    expect(cutIn(members)).toEqual([undefined, undefined, undefined])
  })

  it('waits for its oldest process to finish where there is no room, and has nobody cut anything', async () => {
    const members = chainOf(4)
    await settled(4)
    const room = members[3]?.chain.makeRoom(4, signal)
    await settled(4)
    await members[0]?.end()
    expect(await room).toBe(true)
    expect(cutIn(members)).toEqual([undefined, undefined, undefined, undefined])
    expect(members[3]?.chain.makeRoom(4, signal)).toBeUndefined()
  })

  it('has its oldest process end its drain where that takes too long, and waits until that has ended', async () => {
    const members = chainOf(4)
    await settled(4)
    const room = members[3]?.chain.makeRoom(4, signal, 50)
    await expect.poll(() => cutIn(members)).toEqual([4, undefined, undefined, undefined])
    await members[0]?.end()
    expect(await room).toBe(true)
    expect(members[3]?.chain.makeRoom(4, signal)).toBeUndefined()
  })

  it('has nobody end for a restart that is given up', async () => {
    const members = chainOf(4)
    await settled(4)
    const given = new AbortController()
    const room = members[3]?.chain.makeRoom(4, given.signal, 50)
    given.abort()
    expect(await room).toBe(true)
    await wait(100)
    await settled(4)
    expect(cutIn(members)).toEqual([undefined, undefined, undefined, undefined])
  })

  it.each([
    [2, [2, 2, 2, undefined]],
    [3, [3, 3, undefined, undefined]],
    [4, [4, undefined, undefined, undefined]],
    [5, [undefined, undefined, undefined, undefined]],
  ])('of four processes, where %i may live at a time, has as many end as it must', async (most, cut) => {
    const members = chainOf(4)
    await settled(4)
    void members[3]?.chain.makeRoom(most, signal, 0)
    await wait(50)
    await settled(4)
    expect(cutIn(members)).toEqual(cut)
  })

  it('does not count what a process said that has ended since', async () => {
    const { toPredecessor, toSuccessor }: { toPredecessor: ChannelToPredecessor; toSuccessor: ChannelToSuccessor } =
      channelInMemory()
    const gone = defer<void>()
    const chain = new Chain({ channel: toPredecessor, gone: gone.promise })
    gone.resolve()
    await arrived()
    toSuccessor.send({ type: 'living', processes: 3 })
    await arrived()
    expect(chain.living).toBe(1)
  })
})
