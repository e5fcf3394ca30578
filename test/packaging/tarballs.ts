import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.ts'

export const workspace: string = fileURLToPath(new URL('../..', import.meta.url))

/** Packs every publishable package into `folder`, as `pnpm publish` would, and returns the tarballs' paths. */
export async function packAll(folder: string): Promise<string[]> {
  await run(workspace, 'npx', '-y', 'pnpm@12', '--filter', './packages/*', 'pack', '--pack-destination', folder)
  const files = await readdir(folder)
  return files.filter((file) => file.endsWith('.tgz')).map((file) => path.join(folder, file))
}
