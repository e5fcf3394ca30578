import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../workspace/members.ts'

const DOCS = join(ROOT, 'docs')
const TYPEDOC = join(DOCS, 'node_modules/typedoc/bin/typedoc')

/** Has TypeDoc make the API reference of the docstrings. @returns its pages, and what TypeDoc says of them */
export async function generate(): Promise<{ pages: Map<string, string>; said: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'zd-'))
  try {
    const said = await run(TYPEDOC, ['--out', folder])
    return { pages: await filesIn(folder), said }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The Markdown files in a folder, by their path. */
export async function filesIn(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { recursive: true })
  const pages = names.filter((name) => name.endsWith('.md')).toSorted()
  return new Map(
    await Promise.all(pages.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  )
}

const run = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    // It exits with a code where it warns of something, which it then has printed.
    execFile(process.execPath, [program, ...args], { cwd: DOCS }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
