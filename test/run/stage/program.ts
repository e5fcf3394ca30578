import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyOf } from '../../support/index.ts'

/** A server of node:http, with `source` before it: an ES module that may import zerodown. @returns its path */
export async function programWith(source: string): Promise<string> {
  const { folder } = await copyOf('register/http')
  const path = join(folder, 'register', 'program.mjs')
  await writeFile(path, `${source}\nawait import('./http.mjs')\n`)
  return path
}

/** What a program does on a signal that a test sends to a worker. */
export const onSignal = (what: string): string => `process.on('SIGHUP', () => { ${what} })`
