import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { compare, inPairs } from '../shared/pairs.ts'
import { endProgress, progress } from '../shared/progress.ts'
import { report } from '../shared/report.ts'
import { median, percentile } from '../shared/statistics.ts'
import { moveByRestart, moveInBareLoop } from './moves.ts'
import { through } from './through.ts'

// How fast connections move, for how long each stands still, and what a client sees of it.

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '10' },
    connections: { type: 'string', default: '1000' },
    restarts: { type: 'string', default: '10' },
  },
})
const connections = Number(values.connections)
const restarts = Number(values.restarts)

const moves = await inPairs('moves', Number(values.pairs), {
  base: () => moveInBareLoop(connections),
  ours: () => moveByRestart('handover', connections),
})
progress('exit of a server that lingers')
const lingering = await moveByRestart('linger', connections)

const seen: [string, Awaited<ReturnType<typeof through>>][] = []
for (const [name, program, args] of [
  ['handover', 'server.js', ['handover']],
  ['linger', 'server.js', ['linger']],
  ['server.close() of Node', 'by-hand.js', []],
] as const) {
  progress(`clients through ${restarts} restarts: ${name}`)
  seen.push([name, await through(program, [...args], restarts)])
}
endProgress()

report({
  name: 'handover',
  title: `${connections} idle connections that move, beside a bare loop of child.send(socket), ${moves.length} pairs`,
  sides: { base: 'bare loop', ours: 'handover' },
  rows: [
    {
      what: 'connections moved',
      unit: '1/s',
      digits: 0,
      relation: 'ratio',
      goal: { atLeast: 0.8 },
      ...compare(moves, 'ratio', ({ rate }) => rate),
    },
  ],
  pairs: { moves, lingering, seen },
})

const frozen = moves.flatMap(({ ours }) => ours.frozen)
const share = (part: number): string => percentile(frozen, part).toFixed(2)
console.log(`a connection stands still for ${share(0.5)} ms (p50), ${share(0.99)} ms (p99)`)
const exit = median(moves.map(({ ours }) => ours.exit))
console.log(
  `from SIGUSR2 to the end of the old process: ${exit.toFixed(0)} ms, lingering ${lingering.exit.toFixed(0)} ms\n`,
)

const table = new Table({
  head: [
    `${restarts} restarts`,
    'requests',
    'failed',
    'reopened',
    'p99.9, ms',
    'max, ms',
    'worst of a restart (median), ms',
  ],
  colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
  style: { head: [], border: [], compact: true },
})
for (const [name, { requests, failed, reopened, p999, max, worst }] of seen) {
  table.push([name, requests, failed, reopened, p999.toFixed(1), max.toFixed(1), worst.toFixed(1)])
}
console.log(`${table}\n`)
