import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const SOURCES = fileURLToPath(new URL('.', import.meta.url))

/** Not below a `node_modules`, where bundlers take sources for dependencies. From here `zerodown` resolves. */
const CACHE = join(SOURCES, '.cache')

/** How long an installation with its build may take, in ms. */
export const INSTALLATION = 10 * 60_000

/**
 * Installs the application at the versions of its lockfile and builds it, unless that was done for the same files.
 * @returns the folder in which it can be started
 */
export async function install(application: string): Promise<string> {
  const source = join(SOURCES, application)
  const folder = join(CACHE, `${application}-${hashOf(source)}`)
  const finished = join(folder, '.finished')
  if (existsSync(finished)) return folder
  await removeAllOf(application)
  await mkdir(CACHE, { recursive: true })
  await cp(source, folder, { recursive: true })
  await npm(folder, 'ci', '--no-audit', '--no-fund', '--ignore-scripts')
  await npm(folder, 'run', 'build', '--if-present')
  await writeFile(finished, '')
  return folder
}

function hashOf(folder: string): string {
  const hash = createHash('sha256')
  for (const entry of filesBelow(folder)) hash.update(`${entry}\0`).update(readFileSync(join(folder, entry)))
  return hash.digest('hex').slice(0, 12)
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).toSorted()
}

/** What was installed for other files, or not to the end. */
async function removeAllOf(application: string): Promise<void> {
  const found = await readdir(CACHE).catch(() => [])
  for (const name of found) {
    if (name.startsWith(`${application}-`)) {
      await rm(join(CACHE, name), { recursive: true, force: true })
    }
  }
}

async function npm(cwd: string, ...args: string[]): Promise<void> {
  // What the test runner has set for itself would make other builds of it.
  const { NODE_ENV: _, NODE_OPTIONS: __, ...env } = process.env
  const child = spawn('npm', args, {
    cwd,
    env: { ...env, CI: '1', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(`npm ${args.join(' ')} in ${cwd} ended with ${code}.\n${stdout}\n${stderr}`)
}
