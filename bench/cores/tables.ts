import { markdownTable } from '../shared/markdown-table.ts'
import type { Comparison } from '../shared/pairs.ts'
import { compare } from '../shared/pairs.ts'
import { colours } from '../shared/report.ts'
import { median } from '../shared/statistics.ts'
import type { Distribution, Shares } from './distribution.ts'
import type { Restart } from './restarts.ts'
import type { Speed, Turn } from './speed.ts'

interface Measure {
  readonly what: string
  readonly digits: number
  /** Which of two values is the better one. */
  readonly better: 'more' | 'less'
  number(speed: Speed): number
}

const THROUGHPUT: Measure = { what: 'requests/s', digits: 0, better: 'more', number: (it) => it.throughput }
const MEASURES: readonly Measure[] = [
  THROUGHPUT,
  { what: 'p50, ms', digits: 2, better: 'less', number: (it) => it.p50 },
  { what: 'p99, ms', digits: 2, better: 'less', number: (it) => it.p99 },
  { what: 'CPU per request, µs', digits: 1, better: 'less', number: (it) => it.cpu },
]

/** Each side, and ours beside the best of the others. */
export function speedTable<Name extends string>(
  title: string,
  ours: NoInfer<Name>,
  measured: ReadonlyMap<number, readonly Turn<Name>[]>,
): string {
  const names = namesIn([...measured.values()].flat())
  const head = [title, '', ...names, 'the best of the others', 'ours to it', '95 %', 'throughput']
  const rows = [...measured].flatMap(([workers, turns]) =>
    MEASURES.map((measure, at) => {
      const medianOf = (name: Name): number => median(turns.map((turn) => measure.number(turn[name])))
      const others = names.filter((name) => name !== ours)
      const best = others.toSorted((a, b) => (medianOf(a) - medianOf(b)) * (measure.better === 'less' ? 1 : -1))[0]
      const pairs = turns.map((turn) => ({ base: turn[best as Name], ours: turn[ours] }))
      const comparison = compare(pairs, 'ratio', (speed) => measure.number(speed))
      const [low, high] = comparison.interval
      return [at === 0 ? `${workers} ${workers === 1 ? 'worker' : 'workers'}` : '', measure.what].concat(
        names.map((name) => medianOf(name).toFixed(measure.digits)),
        best ?? '',
        comparison.paired.toFixed(3),
        `${low.toFixed(3)} … ${high.toFixed(3)}`,
        measure === THROUGHPUT ? verdict(comparison) : '',
      )
    }),
  )
  return markdownTable(head, rows, 2)
}

/** How much of a core the client used, in the middle: near 1, it was what limited the throughput. */
export function clientsShare<Name extends string>(turns: readonly Turn<Name>[]): number {
  return median(turns.flatMap((turn) => Object.values<Speed>(turn)).map(({ client }) => client))
}

function verdict({ interval: [low, high] }: Comparison): string {
  if (low > 1) return colours.green('more')
  return high < 1 ? colours.red('less') : 'as much'
}

export function distributionTable(
  workers: number,
  counts: readonly number[],
  measured: Readonly<Record<string, Distribution>>,
): string {
  const columns = (when: string): string[] => counts.map((count) => `${count}, ${when}`)
  return markdownTable(
    [`connections over ${workers} workers`, 'sockets that listen', ...columns('idle'), ...columns('busy')],
    Object.entries(measured).map(([name, { sockets, idle, busy }]) =>
      [name, String(sockets)].concat([...idle, ...busy].map((shares: Shares) => shares.join(' : '))),
    ),
  )
}

export function restartTable<Name extends string>(workers: number, turns: readonly Record<Name, Restart>[]): string {
  const head = ['requests', 'failed', 'reopened', 'worst latency, ms', 'its median, ms', 'one restart takes, ms']
  return markdownTable(
    [`${turns.length} restarts of ${workers} workers`, ...head],
    namesIn(turns).map((name) => {
      const restarts = turns.map((turn) => turn[name])
      const sum = (number: (restart: Restart) => number): string =>
        String(restarts.reduce((total, restart) => total + number(restart), 0))
      const worst = restarts.map((restart) => restart.worst)
      return [
        name,
        sum(({ requests }) => requests),
        sum(({ failed }) => failed),
        sum(({ reopened }) => reopened),
        Math.max(...worst).toFixed(0),
        median(worst).toFixed(0),
        median(restarts.map(({ took }) => took)).toFixed(0),
      ]
    }),
  )
}

const namesIn = <Name extends string>(turns: readonly Record<Name, unknown>[]): Name[] =>
  Object.keys(turns[0] ?? {}) as Name[]
