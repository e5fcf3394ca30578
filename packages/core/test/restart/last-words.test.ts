import { expect, it } from 'vitest'
import { reportLastLines } from '../../src/restart/last-words.ts'
import { Predecessor } from '../../src/restart/predecessor.ts'
import { arrived, channelInMemory } from '../support/carriers.ts'

it('process.stderr is watched until this process is in charge, and no longer', async () => {
  const before = Object.getOwnPropertyDescriptor(process.stderr, 'write')
  const { toSuccessor, toPredecessor } = channelInMemory()
  const exits = process.listenerCount('exit')
  reportLastLines(new Predecessor(process.pid, toPredecessor))
  expect(Object.getOwnPropertyDescriptor(process.stderr, 'write')).not.toEqual(before)

  toSuccessor.send({ type: 'commit', restart: false })
  await arrived()
  expect(Object.getOwnPropertyDescriptor(process.stderr, 'write')).toEqual(before)
  expect(process.listenerCount('exit')).toBe(exits)
})
