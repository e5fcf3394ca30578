import { randomUUID } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanUp } from './clean-up.ts'

/** Where the programs are that process tests start. */
export const FIXTURES: string = fileURLToPath(new URL('../fixtures', import.meta.url))

const COPIES = fileURLToPath(new URL('../.tmp', import.meta.url))

/** A folder that is gone when the test is over. Its path is short enough for unix sockets. */
export async function tempDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zd-'))
  cleanUp(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface Program {
  path: string
  folder: string
  /** Puts this in its place. */
  write(source: string): Promise<void>
  /** Adds a line that does not parse. */
  breakSyntax(): Promise<void>
  /** Puts the original back. */
  mend(): Promise<void>
  remove(): Promise<void>
}

/** A fixture that a test may break, replace and remove: a copy, at a place from where its imports resolve. */
export async function copyOf(fixture: string): Promise<Program> {
  const folder = join(COPIES, randomUUID())
  await mkdir(folder, { recursive: true })
  cleanUp(() => rm(folder, { recursive: true, force: true }))
  await cp(FIXTURES, folder, { recursive: true })
  const path = join(folder, `${fixture}.mjs`)
  const original = await readFile(path, 'utf8')
  return {
    path,
    folder,
    write: (source) => writeFile(path, source),
    breakSyntax: () => writeFile(path, `${original}\n) this is no JavaScript (\n`),
    mend: () => writeFile(path, original),
    remove: () => rm(path, { force: true }),
  }
}
