import { expect, it } from 'vitest'
import { AckIds } from '../src/ids.ts'
import type { Namespace } from '../src/internals/socket-io.ts'

/** The ids that a process gives which follows one with those ids. */
function idsAfter(predecessor: number | undefined): number[] {
  const nsp = { _ids: 0 } as Namespace
  const ids = new AckIds()
  ids.hook(nsp)
  if (predecessor !== undefined) ids.follow(predecessor)
  return Array.from({ length: 1000 }, () => nsp._ids++)
}

it('no id is given by two processes of a chain, and none twice', () => {
  const chain = [undefined, ...Array.from({ length: 15 }, (_, at) => at)].map(idsAfter)
  const all = chain.flat()
  expect(new Set(all).size).toBe(all.length)
})

it('a chain of any length gives ids that fit into 32 bits', () => {
  expect(Math.max(...idsAfter(15))).toBeLessThan(2 ** 31)
  expect(idsAfter(15)).toEqual(idsAfter(undefined))
})
