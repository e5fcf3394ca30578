import { cp, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServerProcess } from '../../support/index.ts'
import { startServer, tempDir } from '../../support/index.ts'

export interface Copied {
  readonly server: ServerProcess
  /** The program, for the test to break. */
  readonly file: string
}

/** Starts a copy of an example, whose imports resolve as there. */
export async function startCopyOf(example: string, program = 'server.js'): Promise<Copied> {
  const original = fileURLToPath(new URL(`../../../examples/${example}`, import.meta.url))
  const folder = join(await tempDir(), example)
  await cp(original, folder, { recursive: true, filter: (path) => !path.includes('node_modules') })
  await symlink(join(original, 'node_modules'), join(folder, 'node_modules'))
  const file = join(folder, program)
  const server = await startServer(file, { cwd: folder, env: { PORT: '0' } })
  return { server, file }
}

/** The lines that are JSON. */
export const recordsOf = (server: ServerProcess): Record<string, unknown>[] =>
  server.output.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>)
