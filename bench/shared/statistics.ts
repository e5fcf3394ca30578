export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (at(sorted, (sorted.length - 1) / 2, Math.floor) + at(sorted, (sorted.length - 1) / 2, Math.ceil)) / 2
}

/**
 * Between which of the values the true median lies, with a probability of 95 %: by rank alone, since what disturbs a
 * measurement on a busy machine has no shape that could be assumed.
 */
export function medianInterval(values: readonly number[]): [low: number, high: number] {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const reach = 0.98 * Math.sqrt(sorted.length)
  return [at(sorted, middle - reach, Math.floor), at(sorted, middle + reach, Math.ceil)]
}

/** @param part of the values that are smaller: 0.99 for the 99th percentile */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return at(sorted, part * (sorted.length - 1), Math.floor)
}

function at(sorted: readonly number[], rank: number, round: (rank: number) => number): number {
  return sorted[Math.min(Math.max(round(rank), 0), sorted.length - 1)] ?? Number.NaN
}
