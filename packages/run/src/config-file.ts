import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ZerodownError, messageOf } from '@zerodown/core/supervision'
import type { RunFile } from './run-options.ts'
import { checkRun } from './settings.ts'

const NAMES = ['zerodown.config.js', 'zerodown.config.mjs', 'zerodown.config.json'] as const

/**
 * Reads what a project says of how it is run: `zerodown.config.js` or `.json`, or the key `zerodown` in package.json. The
 * first that is there counts.
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, which names the file
 */
export async function readConfigFile(folder: string): Promise<RunFile> {
  const path = NAMES.map((name) => join(folder, name)).find((file) => existsSync(file))
  if (path !== undefined) return checked(path, await readable(path, () => load(path)))
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) return {}
  const { zerodown = {} } = ((await readable(manifest, () => json(manifest))) ?? {}) as { zerodown?: unknown }
  return checked(`${manifest}, zerodown`, zerodown)
}

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

const load = async (path: string): Promise<unknown> =>
  path.endsWith('.json') ? json(path) : ((await import(pathToFileURL(path).href)) as { default?: unknown }).default

async function readable(path: string, read: () => unknown): Promise<unknown> {
  try {
    return await read()
  } catch (cause) {
    throw new ZerodownError('ERR_ZERODOWN_OPTION', `cannot read ${path}: ${messageOf(cause)}.`, { cause })
  }
}

function checked(from: string, value: unknown): RunFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ZerodownError('ERR_ZERODOWN_OPTION', `${from}: wants an object of options (export default { … }).`)
  }
  try {
    checkRun(value)
  } catch (cause) {
    throw new ZerodownError('ERR_ZERODOWN_OPTION', `${from}: ${messageOf(cause)}`, { cause })
  }
  return value
}
