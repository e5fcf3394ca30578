import { deserialize } from 'node:v8'
import { describe, expect, it, vi } from 'vitest'
import type { Entries } from '../src/options.ts'
import type { Slice } from '../src/slices.ts'
import { slicesOf } from '../src/slices.ts'

async function all(entries: Entries<unknown>): Promise<Slice[]> {
  const slices: Slice[] = []
  for await (const slice of slicesOf(entries)) slices.push(slice)
  return slices
}

const entriesIn = (slices: Slice[]): unknown[] => slices.flatMap(({ bytes }) => deserialize(bytes) as unknown[])

describe('slices', () => {
  it('hold all entries, in order, in several pieces', async () => {
    const map = new Map(Array.from({ length: 3000 }, (_, i) => [`key ${i}`, { i }]))
    const slices = await all(map)
    expect(entriesIn(slices)).toEqual([...map])
    expect(slices.length).toBeGreaterThan(1)
    expect(slices.reduce((sum, { entries }) => sum + entries, 0)).toBe(3000)
  })

  it('are none where there are no entries', async () => {
    expect(await all([])).toEqual([])
  })

  it('take what costs more a few at a time: whatever else happens in the process goes on in between', async () => {
    let turns = 0
    const timer = setInterval(() => (turns += 1), 0)
    const slow = function* (): Generator<number> {
      for (let i = 0; i < 40; i += 1) {
        const until = performance.now() + 2
        while (performance.now() < until);
        yield i
      }
    }
    const slices = await all(slow())
    clearInterval(timer)
    expect(slices.every(({ entries }) => entries === 1)).toBe(true)
    expect(turns).toBeGreaterThan(20)
  })

  it('hold entries as they were when they were walked: what is said after an entry is the rest', async () => {
    const counters = new Map([['a', 1]])
    const since = new Map<string, number>()
    const walk = function* (): Generator<[string, number]> {
      for (const [key, n] of counters) {
        since.delete(key)
        yield [key, n]
      }
    }
    const count = (key: string): void => {
      counters.set(key, (counters.get(key) ?? 0) + 1)
      since.set(key, (since.get(key) ?? 0) + 1)
    }
    const walking = all(walk())
    for (let i = 0; i < 500; i += 1) {
      count('a')
      count(`b ${i}`)
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const given = new Map(entriesIn(await walking) as [string, number][])
    for (const [key, n] of since) given.set(key, (given.get(key) ?? 0) + n)
    expect(given).toEqual(counters)
  })

  it('come of what gives its entries later, too: each as it is when it comes', async () => {
    const entry = { n: 0 }
    const later = async function* (): AsyncGenerator<object> {
      for (entry.n = 1; entry.n <= 100; entry.n += 1) yield entry
    }
    expect(entriesIn(await all(later()))).toEqual(Array.from({ length: 100 }, (_, i) => ({ n: i + 1 })))
  })

  it.each([
    ['a generator', (ended: () => void) => endless(ended)],
    ['an async generator', (ended: () => void) => endlessLater(ended)],
  ])('end the walk over %s when they are wanted no more', async (_, make) => {
    const ended = vi.fn<() => void>()
    const slices = slicesOf(make(ended))
    await slices.next()
    expect(ended).not.toHaveBeenCalled()
    await slices.return()
    expect(ended).toHaveBeenCalledOnce()
  })

  it('cannot be made of what is no list of entries, or cannot be sent', async () => {
    expect(() => slicesOf({ a: 1 } as never)).toThrow('it gives nothing that can be iterated')
    expect(() => slicesOf('text' as never)).toThrow('it gives nothing that can be iterated')
    await expect(all([new SharedArrayBuffer(8)])).rejects.toThrow('#<SharedArrayBuffer> could not be cloned')
  })
})

function* endless(ended: () => void): Generator<number> {
  try {
    for (;;) yield 1
  } finally {
    ended()
  }
}

async function* endlessLater(ended: () => void): AsyncGenerator<number> {
  try {
    for (;;) yield 1
  } finally {
    ended()
  }
}
