import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import Table from 'cli-table3'
import picocolors from 'picocolors'
import type { Comparison, Relation } from './pairs.ts'
import { endProgress } from './progress.ts'

const RESULTS = new URL('../../results/', import.meta.url)

export interface Goal {
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Row extends Comparison {
  readonly what: string
  /** Default: none, for a share. */
  readonly unit?: string
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

/** For people only: none in a pipe, even where CI=true speaks for them to picocolors. */
export const colours: ReturnType<typeof picocolors.createColors> = picocolors.createColors(
  process.stdout.isTTY === true && picocolors.isColorSupported,
)

/** Prints the medians as a table, and writes them with all samples to `results/<name>.json`. */
export function report(it: Report): void {
  endProgress()
  const { title, sides, rows } = it
  const table = new Table({
    head: ['', sides.base, sides.ours, 'paired', '95 %', 'goal'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    // Its own colours are written even where there is no terminal.
    style: { head: [], border: [], compact: true },
  })
  table.push(...rows.map(describe))
  console.log(`\n${colours.bold(title)}\n${table}`)
  console.log(`paired: ${sides.ours} to ${sides.base}, the median over all pairs; 95 %: where the true median lies\n`)
  writeResults(it)
}

/** Writes what was measured, and on which machine, to `results/<name>.json`. */
export function writeResults<Results extends { readonly name: string }>(it: Results): void {
  mkdirSync(RESULTS, { recursive: true })
  const file = new URL(`${it.name}.json`, RESULTS)
  writeFileSync(file, `${JSON.stringify({ ...it, machine: describeMachine() }, undefined, 2)}\n`)
}

function describe(row: Row): string[] {
  const { what, unit, relation, digits = 1, base, ours, paired, interval, goal } = row
  const show = (value: number): string =>
    relation === 'ratio' ? value.toFixed(3) : `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(digits)}`
  return [
    unit === undefined ? what : `${what}, ${unit}`,
    base.toFixed(digits),
    ours.toFixed(digits),
    show(paired),
    `${show(interval[0])} … ${show(interval[1])}`,
    goal === undefined ? '' : `${describeGoal(goal, show)}: ${verdict(paired, goal)}`,
  ]
}

function verdict(paired: number, { atLeast = -Infinity, atMost = Infinity }: Goal): string {
  return paired >= atLeast && paired <= atMost ? colours.green('met') : colours.red('missed')
}

function describeGoal({ atLeast, atMost }: Goal, show: (value: number) => string): string {
  return [atLeast === undefined ? '' : `≥ ${show(atLeast)}`, atMost === undefined ? '' : `≤ ${show(atMost)}`].join('')
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
