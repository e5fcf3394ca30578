import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import type { Comparison, Relation } from './pairs.ts'
import { endProgress } from './progress.ts'

const RESULTS = new URL('../../results/', import.meta.url)

export interface Goal {
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Row extends Comparison {
  readonly what: string
  readonly unit: string
  readonly relation: Relation
  /** Decimal places of the numbers. Default 1. */
  readonly digits?: number
  /** What `paired` should be. Without, the row is for information. */
  readonly goal?: Goal
}

export interface Report {
  /** The command's name, and the file's. */
  readonly name: string
  readonly title: string
  readonly sides: { readonly base: string; readonly ours: string }
  readonly rows: readonly Row[]
  /** Every pair, for whoever wants to look closer. */
  readonly pairs: unknown
}

/** Prints the medians as a table, and writes them with all samples to `results/<name>.json`. */
export function report(it: Report): void {
  endProgress()
  const { title, sides, rows } = it
  const lines = [['', sides.base, sides.ours, 'paired', '95 %', 'goal'], ...rows.map(describe)]
  console.log(`\n${title}\n\n${table(lines)}\n`)
  console.log(`paired: ${sides.ours} to ${sides.base}, median of all pairs; 95 %: where the true median lies\n`)
  mkdirSync(RESULTS, { recursive: true })
  const file = new URL(`${it.name}.json`, RESULTS)
  writeFileSync(file, `${JSON.stringify({ ...it, machine: describeMachine() }, undefined, 2)}\n`)
}

export function isMet({ paired, goal }: Row): boolean {
  return paired >= (goal?.atLeast ?? -Infinity) && paired <= (goal?.atMost ?? Infinity)
}

function describe(row: Row): string[] {
  const { what, unit, relation, digits = 1, base, ours, paired, interval, goal } = row
  const show = (value: number): string =>
    relation === 'ratio' ? value.toFixed(3) : `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(digits)}`
  const verdict = isMet(row) ? 'met' : 'MISSED'
  return [
    `${what}, ${unit}`,
    base.toFixed(digits),
    ours.toFixed(digits),
    show(paired),
    `${show(interval[0])} … ${show(interval[1])}`,
    goal === undefined ? '' : `${describeGoal(goal, show)}: ${verdict}`,
  ]
}

function describeGoal({ atLeast, atMost }: Goal, show: (value: number) => string): string {
  return [atLeast === undefined ? '' : `≥ ${show(atLeast)}`, atMost === undefined ? '' : `≤ ${show(atMost)}`].join('')
}

/** The first column and the last to the left, the numbers between them to the right. */
function table(lines: readonly string[][]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const pad = (cell: string, column: number): string =>
    column === 0 || column === widths.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  return lines.map((line) => `  ${line.map(pad).join('   ')}`.trimEnd()).join('\n')
}

function describeMachine(): object {
  return {
    at: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    load: loadavg(),
  }
}
