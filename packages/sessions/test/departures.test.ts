import type { Peers } from '@zerodown/core/kinds'
import { logger } from '@zerodown/core/kinds'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Departures } from '../src/departures.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

interface Given {
  keys?: string[]
  /** Whether the successor has sessions of that name. */
  known?: boolean | undefined
}

interface Scene {
  departures: Departures<string, string>
  here: Map<string, string>
  /** Those with something in flight. */
  needed: Set<string>
  /** The keys with which `give()` was called. */
  given: string[]
  sent: unknown[]
  /** Whether the successor can be reached. */
  neighbour: { open: boolean }
}

/** Sessions of a process, and what its successor says. */
function setScene({ keys = ['a', 'b'], known }: Given): Scene {
  const here = new Map(keys.map((key) => [key, `session ${key}`]))
  const needed = new Set<string>()
  const given: string[] = []
  const sent: unknown[] = []
  const neighbour = { open: true }
  const peers: Peers = {
    toPredecessor: () => false,
    toSuccessor: (message) => neighbour.open && sent.push(message) > 0,
    isInSuccessor: () => Promise.resolve(known),
    end() {},
  }
  const give = (session: string, key: string): string => {
    given.push(key)
    return session
  }
  const sessions = {
    here,
    isNeeded: (key: string) => needed.has(key),
    delete: (key: string) => void here.delete(key),
  }
  const options = { keyOf: () => undefined, give, take: (data: string) => data }
  return { departures: new Departures('counts', options, sessions, peers), here, needed, given, sent, neighbour }
}

function warnings(): readonly string[][] {
  const warn = vi.spyOn(logger, 'warn').mockReturnValue()
  onTestFinished(() => warn.mockRestore())
  return warn.mock.calls
}

it.each([
  ['has sessions of that name', true],
  ['is of a version that cannot say whether it has', undefined],
])('they go when they are not needed, if the successor %s', async (_, known) => {
  const { departures, needed, sent, here } = setScene({ known })
  needed.add('a')
  departures.mayGo('b')
  expect(sent).toEqual([])
  departures.begin()
  await departures.end()
  expect(sent).toEqual([{ key: 'b', data: 'session b' }])
  needed.delete('a')
  departures.mayGo('a')
  await departures.end()
  expect([sent.length, here.size, departures.hasGone('a')]).toEqual([2, 0, true])
})

it('none is given to a successor that has none of that name, and one line says how many are lost', async () => {
  const warned = warnings()
  const { departures, given, here } = setScene({ known: false })
  departures.begin()
  await turn()
  departures.mayGo('a')
  here.set('c', 'session c')
  departures.cameBack('c')
  await departures.end()
  expect([given, here.size]).toEqual([[], 3])
  expect(warned).toEqual([[expect.stringMatching(/^sessions of counts: the new release has none.* keeps its 2 until/)]])
})

it('one that is made only after the commit is said to be lost at the end; where there are none, nothing is said', async () => {
  const warned = warnings()
  const { departures, here } = setScene({ keys: [], known: false })
  departures.begin()
  await departures.end()
  expect(warned).toEqual([])
  here.set('c', 'session c')
  await departures.end()
  expect(warned).toHaveLength(1)
})

it('they go to a successor that has sessions of that name only after the commit, once it says so', async () => {
  warnings()
  const { departures, given } = setScene({ known: false })
  departures.heardOf()
  departures.begin()
  await turn()
  expect(given).toEqual([])
  departures.heardOf()
  await departures.end()
  expect(given).toEqual(['a', 'b'])
})
