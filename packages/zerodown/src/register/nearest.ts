/**
 * The two of `known` that are most like `word`: those that begin with it, or else take the fewest letters changed,
 * added or removed.
 */
export function nearest(word: string, known: readonly string[]): string[] {
  return known
    .map((name) => ({ name, distance: name.startsWith(`${word}_`) ? 0 : distanceBetween(word, name) }))
    .toSorted((one, other) => one.distance - other.distance)
    .slice(0, 2)
    .map(({ name }) => name)
}

/** Levenshtein's distance, a row of its matrix at a time. */
function distanceBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1]
    for (const [place, its] of [...other].entries()) {
      const [left = 0, above = 0, diagonal = 0] = [next[place], row[place + 1], row[place]]
      next.push(Math.min(left + 1, above + 1, diagonal + (letter === its ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
