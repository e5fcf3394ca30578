import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

/** What is installed or built in the folder of an application, besides what begins with a dot. */
const BUILT = new Set(['node_modules', 'build', 'dist', 'next-env.d.ts'])

/** Whether a file or folder of an application belongs to its sources. */
export function isSource(path: string): boolean {
  const name = basename(path)
  return !name.startsWith('.') && !BUILT.has(name)
}

/** Of the names and the contents of all sources in these folders. */
export function hashOf(folders: readonly string[]): string {
  const hash = createHash('sha256')
  for (const folder of folders) {
    for (const entry of sourcesIn(folder)) hash.update(`${entry}\0`).update(readFileSync(join(folder, entry)))
  }
  return hash.digest('hex').slice(0, 12)
}

function sourcesIn(folder: string, below = ''): string[] {
  const entries = readdirSync(join(folder, below), { withFileTypes: true }).filter(({ name }) => isSource(name))
  return entries
    .flatMap((entry) => {
      const path = join(below, entry.name)
      return entry.isDirectory() ? sourcesIn(folder, path) : [path]
    })
    .toSorted()
}
