import { tableRowsOf } from './markdown.ts'

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
export const rowsOf = (markdown: string): Row[] => tableRowsOf(markdown).map(readRow)

function readRow(cells: readonly string[]): Row {
  const [what = '', does = '', lost = '', tests = ''] = cells
  if (cells.length !== 4) throw new Error(`not four cells: ${cells.join(' | ')}`)
  return { what, does, lost, tests: [...tests.matchAll(NAMED)].flatMap(readNamed) }
}

function readNamed([, file = '', titles = '']: RegExpExecArray): Named[] {
  return [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({ file, title }))
}
