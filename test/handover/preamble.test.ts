import type { Target } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { askUntilClosed } from './stage/ask-until.ts'
import { counts, ledgerOf } from './stage/events.ts'
import type { Particular } from './stage/server.ts'
import { restartAndCommit, startGenerations } from './stage/server.ts'
import { Wire } from './stage/wire.ts'

const PREAMBLE = 'PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n'

async function open(target: Target, times: number): Promise<Wire[]> {
  const wires = await Wire.openTimes(target, times)
  for (const wire of wires) wire.write(PREAMBLE)
  expect((await Promise.all(wires.map((wire) => wire.ask()))).map(({ status }) => status)).toEqual(wires.map(() => 200))
  return wires
}

const whoReads: [string, Particular, Particular][] = [
  ['in place of node:http’s listener', { preambleReader: 'listener' }, { preambleReader: 'listener' }],
  ['in a wrapped emit()', { preambleReader: 'emit' }, { preambleReader: 'emit' }],
  ['in the old release only', { preambleReader: 'listener' }, {}],
]

describe('connections whose beginning is read before node:http sees them', () => {
  it.each(whoReads)('(%s) are answered once more where they are, and a line says why', async (_, first, second) => {
    const server = await startGenerations({ generations: { 1: first, 2: second } })
    const wires = await open(server.target(), 5)

    await restartAndCommit(server)
    expect(await Promise.all(wires.map(askUntilClosed))).toEqual(wires.map(() => 1))
    expect(await ledgerOf(server, 1)).toEqual(counts({ finished: 5 }))
    expect(await server.waitForExit()).toBe(0)
    const lines = server.output.lines.filter((line) => line.includes('stay with the process that accepted them'))
    expect(lines).toEqual([expect.stringMatching(/connections of tcp:127\.0\.0\.1:\d+ stay .*PROXY protocol/)])
    if (second.preambleReader !== undefined) await open(server.target(), 2)
  })
})
