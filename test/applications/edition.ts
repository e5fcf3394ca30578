import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Application } from './application.ts'

/** Node that builds and runs the applications. */
export const NODE: string = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

/** Manifests of the last versions of frameworks that run on Node 20, where their current ones do not. */
const FOR_NODE_20 = fileURLToPath(new URL('node-20', import.meta.url))

/** @returns the folder of the manifests that an application has instead of its own on Node 20, if any */
export function manifestsForNode20(application: string): string | undefined {
  const folder = join(FOR_NODE_20, basename(application))
  return existsSync(folder) ? folder : undefined
}

/** Whether applications are run on Node 20. */
export function isNode20(): boolean {
  return execFileSync(NODE, ['--version'], { encoding: 'utf8' }).startsWith('v20.')
}

/** What Node runs in the folder of the application. */
export function scriptOf({ script, scriptOnNode20 = script }: Application): string {
  return isNode20() ? scriptOnNode20 : script
}
