import { describe, expect, it } from 'vitest'
import { Channel } from '../../src/channel/channel.ts'
import { ENDED } from '../../src/channel/carrier.ts'
import { mark } from '../../src/channel/messages.ts'
import { arrived, channelInMemory } from '../support/carriers.ts'

/** As far as the channel looks at one. */
function aHandle() {
  const handle = { closed: 0, readStop() {}, readStart() {}, close: () => void (handle.closed += 1) }
  return handle
}

const COPY = { type: 'connection', id: 1, listener: 3, kind: 'any' } as const

describe('what is sent over a channel', () => {
  it('comes to the listener of its type, in its order, until that no longer listens', async () => {
    const { toSuccessor, toPredecessor } = channelInMemory()
    const heard: unknown[] = []
    toPredecessor.on('commit', ({ restart }) => heard.push(['commit', restart]))
    const stop = toPredecessor.on('restart', () => heard.push('restart'))

    toSuccessor.send({ type: 'restart' })
    toSuccessor.send({ type: 'stop' })
    toSuccessor.send({ type: 'commit', restart: true })
    await arrived()
    stop()
    toSuccessor.send({ type: 'restart' })
    await arrived()

    expect(heard).toEqual(['restart', ['commit', true]])
  })

  it('brings its handle to whoever listens, and where nobody does it is closed', async () => {
    const { toSuccessor, toPredecessor } = channelInMemory()
    const [taken, unheard] = [aHandle(), aHandle()]
    toSuccessor.send(COPY, unheard)
    await arrived()
    const heard: unknown[] = []
    toPredecessor.on('connection', (message, handle) => heard.push([message.id, handle]))

    toSuccessor.send(COPY, taken)
    await arrived()

    expect(heard).toEqual([[1, taken]])
    expect([unheard.closed, taken.closed]).toEqual([1, 0])
  })

  it('is heard by nobody if it is not of zerodown, and its handle is closed', async () => {
    const { toPredecessor, carriers } = channelInMemory()
    const heard: unknown[] = []
    toPredecessor.on('restart', () => heard.push('restart'))
    const handle = aHandle()

    carriers[0].send({ type: 'restart' }, handle)
    carriers[0].send({ ...mark({ type: 'restart' }), zerodown: 2 })
    await arrived()

    expect([heard, handle.closed]).toEqual([[], 1])
  })
})

describe('a question', () => {
  it('gets its own answer, at once or later', async () => {
    const { toSuccessor, toPredecessor } = channelInMemory()
    toPredecessor.answer('connections-asked', ({ ids }) => ids.filter((id) => id > 1))
    toPredecessor.answer('connections-coming', async () => {
      await arrived()
      return true
    })

    const late = toSuccessor.ask({ type: 'connections-coming' })
    const both = [[1, 2], [3]].map((ids) => toSuccessor.ask({ type: 'connections-asked', ids }))

    expect(await Promise.all(both)).toEqual([[2], [3]])
    expect(await late).toBe(true)
  })

  it('is answered in the turn in which it comes, where the answer is known at once', async () => {
    const { toSuccessor, toPredecessor, carriers } = channelInMemory()
    let before = -1
    toPredecessor.answer('serving-asked', () => {
      before = carriers[1].sent.length
      queueMicrotask(() => expect(carriers[1].sent.length).toBe(before + 1))
      return []
    })
    expect(await toSuccessor.ask({ type: 'serving-asked' })).toEqual([])
    expect(before).toBe(0)
  })

  it('that nobody can answer, or that is of a later version, gets null', async () => {
    const { toSuccessor } = channelInMemory()
    expect(await toSuccessor.ask({ type: 'serving-asked' })).toBeNull()
    expect(await toSuccessor.ask({ type: 'of-the-future' } as unknown as { type: 'serving-asked' })).toBeNull()
  })

  it.each([
    ['the channel ends', ({ carriers }: ReturnType<typeof channelInMemory>) => carriers[1].close()],
    ['it is abandoned', ({ toSuccessor }: ReturnType<typeof channelInMemory>) => toSuccessor.abandonQuestions()],
  ])('has no answer when %s', async (_, happens) => {
    const ends = channelInMemory()
    ends.toPredecessor.answer('serving-asked', () => new Promise(() => {}))
    const asked = ends.toSuccessor.ask({ type: 'serving-asked' })
    happens(ends)
    expect(await asked).toBeUndefined()
  })

  it('is not disturbed by an answer to what nobody asked', async () => {
    const { toSuccessor, toPredecessor, carriers } = channelInMemory()
    toPredecessor.answer('serving-asked', () => [])
    carriers[1].send(mark({ type: 'answer', question: 4711, answer: ['wrong'] }))
    carriers[1].send(mark({ type: 'answer' }))
    expect(await toSuccessor.ask({ type: 'serving-asked' })).toEqual([])
  })
})

describe('a channel', () => {
  it('ends for both when one closes it; nothing is sent or asked any more', async () => {
    const { toSuccessor, toPredecessor, carriers } = channelInMemory()
    expect(toSuccessor.open).toBe(true)
    carriers[1].close()
    await Promise.all([toSuccessor.ended, toPredecessor.ended])

    toSuccessor.send({ type: 'restart' })
    expect(await toSuccessor.ask({ type: 'serving-asked' })).toBeUndefined()
    expect([toSuccessor.open, carriers[0].sent]).toEqual([false, []])
  })

  it('that was never there has ended', async () => {
    const channel = new Channel(ENDED)
    await channel.ended
    expect(channel.open).toBe(false)
  })
})
