import { progress } from './progress.ts'
import { median, medianInterval } from './statistics.ts'

/** The same measurement of the two sides, taken one right after the other, so that what disturbs it disturbs both. */
export interface Pair<Sample> {
  readonly base: Sample
  readonly ours: Sample
}

export interface Sides<Sample> {
  base(): Promise<Sample>
  ours(): Promise<Sample>
}

/** Measures `count` pairs: base first in one, ours first in the next. One more goes before them and is not counted. */
export function inPairs<Sample>(what: string, count: number, sides: Sides<Sample>): Promise<Pair<Sample>[]> {
  return inTurns(`${what}: pair`, count, { base: () => sides.base(), ours: () => sides.ours() })
}

/**
 * The same for any number of sides: each is measured once in every turn, and who was first in one is last in the next.
 * One more turn goes before them and is not counted.
 */
export async function inTurns<Name extends string, Sample>(
  what: string,
  count: number,
  sides: Readonly<Record<Name, () => Promise<Sample>>>,
): Promise<Record<Name, Sample>[]> {
  const names = Object.keys(sides) as Name[]
  const turns: Record<Name, Sample>[] = []
  for (let made = 0; made <= count; made++) {
    progress(`${what} ${made} of ${count}`)
    const first = made % names.length
    const samples = new Map<Name, Sample>()
    for (const name of [...names.slice(first), ...names.slice(0, first)]) samples.set(name, await sides[name]())
    turns.push(Object.fromEntries(names.map((name) => [name, samples.get(name)])) as Record<Name, Sample>)
  }
  return turns.slice(1)
}

/** One number of every pair, in the middle. */
export interface Comparison {
  readonly base: number
  readonly ours: number
  /** The median of what the two numbers of each pair are to one another. */
  readonly paired: number
  readonly interval: readonly [low: number, high: number]
}

export type Relation = 'ratio' | 'difference'

export function compare<Sample>(
  pairs: readonly Pair<Sample>[],
  relation: Relation,
  number: (sample: Sample) => number,
): Comparison {
  const base = pairs.map((pair) => number(pair.base))
  const ours = pairs.map((pair) => number(pair.ours))
  const paired = pairs.map((pair) =>
    relation === 'ratio' ? number(pair.ours) / number(pair.base) : number(pair.ours) - number(pair.base),
  )
  return { base: median(base), ours: median(ours), paired: median(paired), interval: medianInterval(paired) }
}
