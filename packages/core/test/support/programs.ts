import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The Node that programs run under. */
export const NODE: string = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))

/** Writes a program that may import what was built: `from '#dist/restart/start-command.js'`. */
export async function writeProgram(path: string, source: string): Promise<string> {
  await writeFile(path, source.replaceAll('#dist', DIST))
  return path
}

export interface Run {
  argv0?: string
  cwd?: string
  env?: Record<string, string>
  node?: string
  stdio?: ('pipe' | 'inherit' | 'ignore' | 'ipc' | number)[]
}

/** Runs Node to its end; what it printed as JSON. */
export function runNode(args: readonly string[], { node = NODE, env = {}, ...options }: Run = {}): unknown {
  const { status, stdout, stderr } = spawnSync(node, args, {
    ...options,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    encoding: 'utf8',
    timeout: 30_000,
    killSignal: 'SIGKILL',
  })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`)
  return JSON.parse(stdout)
}

/** A program in a folder of its own. */
export const programIn = (folder: string, source: string): Promise<string> =>
  writeProgram(join(folder, 'program.mjs'), source)
