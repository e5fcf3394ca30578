import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { Measured } from '../shared/measured.ts'
import type { Pair } from '../shared/pairs.ts'
import { compare, inTurns } from '../shared/pairs.ts'
import { endProgress } from '../shared/progress.ts'
import { writeResults } from '../shared/report.ts'
import { percentile } from '../shared/statistics.ts'
import type { Kind } from './connections.ts'
import { Connections, KINDS } from './connections.ts'

// For how long connections of each kind are read by nobody in a restart, beside those of plain HTTP.

const { values } = parseArgs({
  options: { turns: { type: 'string', default: '10' }, connections: { type: 'string', default: '200' } },
})
const count = Number(values.connections)

/** How long each connection was frozen, and all of them took to move. ms */
interface Sample {
  readonly frozen: readonly number[]
  readonly duration: number
}

async function move(kind: Kind): Promise<Sample> {
  const server = await Measured.start(new URL('server.js', import.meta.url), [])
  const connections = await Connections.open(kind, server.told, count)
  const { ledger, frozen } = await connections.through(server.restart())
  if (ledger.handedOver < count) throw new Error(`${kind}: ${ledger.handedOver} of ${count} have moved`)
  connections.close()
  await server.end()
  return { frozen, duration: ledger.duration }
}

const names = Object.keys(KINDS) as Kind[]
const sides = Object.fromEntries(names.map((name) => [name, () => move(name)])) as Record<Kind, () => Promise<Sample>>
const turns = await inTurns('kinds: turn', Number(values.turns), sides)
endProgress()

const table = new Table({
  head: ['', 'frozen, ms: p50', 'p99', 'max', 'p99 to that of HTTP', '95 %', 'all moved in, ms'],
  colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
  style: { head: [], border: [], compact: true },
})
for (const name of names) {
  const pairs: Pair<Sample>[] = turns.map((turn) => ({ base: turn['HTTP keep-alive'], ours: turn[name] }))
  const of = (number: (sample: Sample) => number): string => compare(pairs, 'ratio', number).ours.toFixed(2)
  const { paired, interval } = compare(pairs, 'ratio', ({ frozen }) => percentile(frozen, 0.99))
  table.push([
    name,
    of(({ frozen }) => percentile(frozen, 0.5)),
    of(({ frozen }) => percentile(frozen, 0.99)),
    of(({ frozen }) => Math.max(...frozen)),
    paired.toFixed(2),
    `${interval[0].toFixed(2)} … ${interval[1].toFixed(2)}`,
    of(({ duration }) => duration),
  ])
}
console.log(`\n${count} connections of each kind, ${turns.length} turns; medians of the turns\n${table}\n`)
writeResults({ name: 'kinds', turns })
