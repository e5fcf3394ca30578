import Table from 'cli-table3'

const LINES = ['top', 'bottom'].flatMap((line) => [line, `${line}-mid`, `${line}-left`, `${line}-right`])

/** As cli-table3 draws it, with characters that make it Markdown, so that it can be pasted into a document. */
const CHARS = {
  ...Object.fromEntries(LINES.map((name) => [name, ''])),
  left: '|',
  'left-mid': '|',
  mid: '-',
  'mid-mid': '|',
  right: '|',
  'right-mid': '|',
  middle: '|',
}

/** A table whose first columns are texts, and the others numbers. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, at) => (at < texts ? 'left' : 'right')),
    chars: CHARS,
    style: { head: [], border: [], compact: true },
  })
  table.push(...rows.map((row) => [...row]))
  return table.toString()
}
