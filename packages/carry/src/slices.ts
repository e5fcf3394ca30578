import { serialize } from 'node:v8'
import type { Entries } from './options.ts'
import { SLICE, turn } from './turn.ts'

/** Some entries, serialized. */
export interface Slice {
  readonly entries: number
  readonly bytes: Buffer
}

/** With how many entries to begin, and how many there are at most. */
const [FIRST, MOST] = [16, 4096]

/** How large a slice should be at most, if its entries are not larger themselves. bytes */
const LARGEST = 256 * 1024

/** Serializes entries a few at a time: about 2 ms of work, each in a turn of its own. */
export function slicesOf(entries: Entries<unknown>): AsyncGenerator<Slice, void> {
  if (isIterable(entries)) return walk(entries)
  if (isAsyncIterable(entries)) return follow(entries)
  throw new TypeError('it gives nothing that can be iterated')
}

async function* walk(entries: Iterable<unknown>): AsyncGenerator<Slice, void> {
  const iterator = entries[Symbol.iterator]()
  let size = FIRST
  let done = false
  try {
    while (!done) {
      await turn()
      const began = performance.now()
      const some: unknown[] = []
      // Collecting may be work as well: where each entry is made at that moment.
      while (!done && some.length < size && performance.now() - began < SLICE / 2) {
        const next = iterator.next()
        if (next.done === true) done = true
        else some.push(next.value)
      }
      if (some.length === 0) continue
      // In the same turn: what the application changes later is a change.
      const bytes = serialize(some)
      const took = Math.max(performance.now() - began, 0.01)
      size = fitting(some.length, Math.min(SLICE / took, LARGEST / bytes.length))
      yield { entries: some.length, bytes }
    }
  } finally {
    if (!done) iterator.return?.()
  }
}

/** How many entries to take next, after so many had `factor` of the room. */
const fitting = (size: number, factor: number): number =>
  Math.max(1, Math.min(MOST, Math.floor(size * Math.min(factor, 2))))

/** One entry a slice: by the time the next one comes, the application may have changed it. */
async function* follow(entries: AsyncIterable<unknown>): AsyncGenerator<Slice, void> {
  let began = performance.now()
  for await (const entry of entries) {
    yield { entries: 1, bytes: serialize([entry]) }
    if (performance.now() - began < SLICE) continue
    await turn()
    began = performance.now()
  }
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value
