import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { NODE, isNode20, manifestsForNode20 } from './edition.ts'
import { hashOf, isSource } from './sources.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Not below a `node_modules`, where bundlers take sources for dependencies. From here `zerodown` resolves. */
const CACHE = fileURLToPath(new URL('.cache', import.meta.url))

/** How long an installation with its build may take, in ms. */
export const INSTALLATION = 10 * 60_000

/**
 * Installs the application at the versions of its lockfile and builds it, unless that was done for the same files.
 * @param application its folder, from the root
 * @returns the folder in which it can be started
 */
export async function install(application: string): Promise<string> {
  const manifests = isNode20() ? manifestsForNode20(application) : undefined
  const sources = [join(ROOT, application), ...(manifests === undefined ? [] : [manifests])]
  const name = manifests === undefined ? basename(application) : `${basename(application)}.node-20`
  const folder = join(CACHE, `${name}-${hashOf(sources)}`)
  const finished = join(folder, '.finished')
  if (existsSync(finished)) return folder
  await removeAllOf(name)
  await mkdir(CACHE, { recursive: true })
  for (const source of sources) await cp(source, folder, { recursive: true, filter: isSource })
  await npm(folder, 'ci', '--no-audit', '--no-fund', '--ignore-scripts')
  await npm(folder, 'run', 'build', '--if-present')
  await writeFile(finished, '')
  return folder
}

/** What was installed for other files, or not to the end. */
async function removeAllOf(name: string): Promise<void> {
  const found = await readdir(CACHE).catch(() => [])
  for (const entry of found) {
    if (entry.startsWith(`${name}-`)) {
      await rm(join(CACHE, entry), { recursive: true, force: true })
    }
  }
}

async function npm(cwd: string, ...args: string[]): Promise<void> {
  // What the test runner has set for itself would make other builds of it.
  const { NODE_ENV: _, NODE_OPTIONS: __, PATH = '', ...env } = process.env
  const child = spawn('npm', args, {
    cwd,
    env: { ...env, PATH: `${dirname(NODE)}${delimiter}${PATH}`, CI: '1', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(`npm ${args.join(' ')} in ${cwd} ended with ${code}.\n${stdout}\n${stderr}`)
}
