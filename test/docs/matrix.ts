/** A test that a row names: its file, as the link says it, and a part of its title. */
export interface Named {
  readonly file: string
  readonly title: string
}

/** One row of the fault matrix. */
export interface Row {
  readonly what: string
  readonly does: string
  readonly lost: string
  readonly tests: readonly Named[]
}

/** A link to a file, and behind it titles in quotation marks. */
const NAMED = /\[[^\]]+\]\(([^)]+)\)((?:,? "[^"]+")+)/g

/** The rows of all tables of a Markdown text, without their heads. */
export function rowsOf(markdown: string): Row[] {
  const lines = markdown.split('\n')
  const isHead = (at: number): boolean => /^\|[-|]+\|$/.test(lines[at] ?? '') || /^\|[-|]+\|$/.test(lines[at + 1] ?? '')
  return lines.filter((line, at) => line.startsWith('|') && !isHead(at)).map(readRow)
}

function readRow(line: string): Row {
  const cells = line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())
  const [what = '', does = '', lost = '', tests = ''] = cells
  if (cells.length !== 4) throw new Error(`not four cells: ${line}`)
  return { what, does, lost, tests: [...tests.matchAll(NAMED)].flatMap(readNamed) }
}

function readNamed([, file = '', titles = '']: RegExpExecArray): Named[] {
  return [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({ file, title }))
}
