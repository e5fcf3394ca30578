/** What stands between a heading and the next one, of whatever depth. */
export function sectionOf(markdown: string, heading: string): string {
  return markdown.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
}

/** The rows of all tables, without their heads, each with its cells. */
export function tableRowsOf(markdown: string): string[][] {
  const lines = markdown.split('\n')
  const isHead = (at: number): boolean => /^\|[-|]+\|$/.test(lines[at] ?? '') || /^\|[-|]+\|$/.test(lines[at + 1] ?? '')
  return lines.filter((line, at) => line.startsWith('|') && !isHead(at)).map(cellsOf)
}

function cellsOf(row: string): string[] {
  const cells = row.split('|').slice(1, -1)
  return cells.map((cell) => cell.trim())
}
