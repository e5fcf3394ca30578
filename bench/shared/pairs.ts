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
export async function inPairs<Sample>(
  what: string,
  count: number,
  { base, ours }: Sides<Sample>,
): Promise<Pair<Sample>[]> {
  const pairs: Pair<Sample>[] = []
  for (let made = 0; made <= count; made++) {
    progress(`${what}: pair ${made} of ${count}`)
    if (made % 2 === 0) {
      const first = await base()
      pairs.push({ base: first, ours: await ours() })
    } else {
      const first = await ours()
      pairs.push({ base: await base(), ours: first })
    }
  }
  return pairs.slice(1)
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
