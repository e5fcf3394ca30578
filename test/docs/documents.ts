import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../workspace/members.ts'

/** Where no documentation is: what is installed, built, or run by tests. */
const ELSEWHERE = new Set(['node_modules', 'dist', 'src', 'test'])

/** The documentation, from the root. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...['docs', 'packages', 'examples', 'bench'].flatMap(markdownIn),
]

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return ELSEWHERE.has(entry.name) ? [] : markdownIn(path)
    return entry.name.endsWith('.md') && entry.name !== 'CHANGELOG.md' ? [path] : []
  })
}
