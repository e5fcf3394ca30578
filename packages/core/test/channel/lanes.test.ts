import { describe, expect, it } from 'vitest'
import { ENDED } from '../../src/channel/carrier.ts'
import type { Carrier } from '../../src/channel/carrier.ts'
import { Lanes } from '../../src/channel/lanes.ts'
import { MemoryCarrier, arrived } from '../support/carriers.ts'

function aHandle() {
  const handle = { closed: 0, readStop() {}, readStart() {}, close: () => void (handle.closed += 1) }
  return handle
}

/** Both ends of lanes over one carrier. */
function lanes() {
  const carriers = MemoryCarrier.pair()
  return { here: new Lanes(carriers[0]), there: new Lanes(carriers[1]), carriers }
}

/** What comes over a lane, and whether it has ended. */
function listen(lane: Carrier) {
  const heard = { messages: [] as unknown[], handles: [] as unknown[], ends: 0 }
  lane.onMessage((message, handle) => {
    heard.messages.push(message)
    if (handle !== undefined) heard.handles.push(handle)
  })
  lane.onEnd(() => (heard.ends += 1))
  return heard
}

describe('lanes over one carrier', () => {
  it('carry messages each to its own end, in their order, handles included', async () => {
    const { here, there } = lanes()
    const [a, b] = [here.open('a'), here.open('b')]
    const [onA, onB] = [listen(there.open('a')), listen(there.open('b'))]
    const handle = aHandle()
    a.send({ n: 1 })
    b.send({ n: 2 }, handle)
    a.send({ n: 3 })
    await arrived()
    expect([onA.messages, onB.messages, onB.handles]).toEqual([[{ n: 1 }, { n: 3 }], [{ n: 2 }], [handle]])
    expect(handle.closed).toBe(0)
  })

  it('say when a handle has left', async () => {
    const { here, there } = lanes()
    listen(there.open('a'))
    let sent = 0
    here.open('a').send({}, aHandle(), () => (sent += 1))
    expect(sent).toBe(0)
    await arrived()
    expect(sent).toBe(1)
  })

  it('drop what is for a lane that is not open, and close its handle', async () => {
    const { here, there, carriers } = lanes()
    const other = listen(there.open('b'))
    const handle = aHandle()
    here.open('a').send({ n: 1 }, handle)
    carriers[0].send({ foreign: true }, handle)
    there.open('a')
    await arrived()
    expect([other.messages, handle.closed]).toEqual([[], 1])
  })

  it.each([[null], ['text'], [42], [{}], [{ lane: 4 }], [{ lane: 'constructor', message: {} }]])(
    'ignore what is none of theirs: %j',
    (foreign) => {
      const { there, carriers } = lanes()
      const heard = listen(there.open('a'))
      carriers[1].deliver(foreign, undefined)
      expect(heard).toEqual({ messages: [], handles: [], ends: 0 })
    },
  )

  it('end one by one: the other end is told once, and the rest goes on', async () => {
    const { here, there, carriers } = lanes()
    const [a, b] = [here.open('a'), here.open('b')]
    const ends = [listen(a), listen(there.open('a'))]
    const onB = listen(there.open('b'))
    a.send({ n: 1 })
    a.close()
    a.close()
    expect(a.open).toBe(false)
    a.send({ n: 2 })
    b.send({ n: 3 })
    await arrived()
    expect(ends.map(({ messages, ends: times }) => [messages, times])).toEqual([
      [[], 1],
      [[{ n: 1 }], 1],
    ])
    expect([onB.messages, onB.ends, carriers[0].open]).toEqual([[{ n: 3 }], 0, true])
  })

  it('can be opened anew under the same name when they have ended', async () => {
    const { here, there } = lanes()
    const [first, old] = [here.open('a'), there.open('a')]
    const before = listen(old)
    first.close()
    await arrived()
    const again = listen(there.open('a'))
    here.open('a').send({ n: 1 })
    await arrived()
    expect([before.messages, before.ends, again.messages, again.ends]).toEqual([[], 1, [{ n: 1 }], 0])
  })

  it('all end with their carrier, and what listens later is told as well', async () => {
    const { here, there, carriers } = lanes()
    const open = [listen(here.open('a')), listen(there.open('a')), listen(there.open('b'))]
    const late = there.open('c')
    carriers[0].close()
    await arrived()
    expect(open.map(({ ends }) => ends)).toEqual([1, 1, 1])
    const heard = listen(late)
    late.send({})
    late.close()
    await arrived()
    expect([late.open, heard.ends]).toEqual([false, 1])
  })

  it('over a carrier that has ended have ended', async () => {
    const lane = new Lanes(ENDED).open('a')
    const heard = listen(lane)
    await arrived()
    expect([lane.open, heard.ends]).toEqual([false, 1])
  })

  it('keep the process alive as their carrier does', () => {
    const { here, carriers } = lanes()
    const lane = here.open('a')
    lane.unref()
    expect(carriers[0].referenced).toBe(false)
    lane.ref()
    expect(carriers[0].referenced).toBe(true)
  })
})
