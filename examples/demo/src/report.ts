import type { Stats } from '@zerodown/load'
import Table from 'cli-table3'
import colours from './colours.ts'
import type { Restart } from './restart.ts'
import { byKind, keptConnections } from './workload.ts'

/** The tables of the end, as text. */
export function report(restarts: readonly Restart[], stats: Stats, connectionsAtStart: number): string {
  return [restartTable(restarts), kindTable(stats), summary(stats, connectionsAtStart), failures(stats)]
    .filter((part) => part !== '')
    .join('\n\n')
}

function restartTable(restarts: readonly Restart[]): string {
  return table(
    [
      'restart',
      'generation',
      'pid',
      'first\nanswer',
      'old one\nleft',
      'requests',
      'failed',
      'worst\nlatency',
      'connections\nopened',
    ],
    restarts.map((row, i) => [
      i + 1,
      row.generation,
      row.pid,
      ms(row.firstAnswer),
      ms(row.took),
      row.requests,
      failed(row.failed),
      ms(row.worstLatency),
      row.connections,
    ]),
  )
}

function kindTable({ workers }: Stats): string {
  return table(
    ['', 'requests', 'answered', 'failed', 'connections', 'reopened'],
    byKind(workers).map(([name, counts]) => [
      name,
      counts.requests,
      counts.ok,
      failed(counts.failed),
      counts.connectionsOpened,
      counts.reopened,
    ]),
    1,
  )
}

function summary({ requests, failed: lost, latency, workers }: Stats, connectionsAtStart: number): string {
  const percentiles = `p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}, p99.9 ${ms(latency.p999)}, max ${ms(latency.max)}`
  return [
    `${colours.bold(String(requests))} requests by clients that never retry, ${failed(lost)} failed`,
    `latency: ${percentiles}`,
    `connections that clients keep: ${connectionsAtStart} opened at the start, ${keptConnections(workers)} by the end`,
  ].join('\n')
}

function failures({ firstFailures }: Stats): string {
  const lines = firstFailures.map(
    ({ at, worker, reason, phase, message }) =>
      `  after ${at.toFixed(0)} ms, ${worker}: ${reason} (${phase}): ${message}`,
  )
  return lines.length === 0 ? '' : [colours.red('The first failures:'), ...lines].join('\n')
}

function table(head: string[], rows: (string | number)[][], words = 0): string {
  const drawn = new Table({
    head,
    colAligns: head.map((_, i) => (i < words ? 'left' : 'right')),
    // Its own colours are written even where there is no terminal.
    style: { head: [], border: [], compact: true },
  })
  drawn.push(...rows)
  return drawn.toString()
}

function failed(count: number): string {
  return count === 0 ? colours.green('0') : colours.red(String(count))
}

function ms(value: number): string {
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`
}
