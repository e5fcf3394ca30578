import { fileURLToPath } from 'node:url'
import type { Application } from './application.ts'

/** How many workers `zerodown run` has here. */
export const SLOTS = 2

/** What an application is run with, if anything. */
export type Way = 'bare' | 'register' | 'run'

/** How Node is started, apart from the application and its own arguments. */
export interface Command {
  readonly nodeArgs: readonly string[]
  /** The program that Node runs, before that of the application. None: the application itself. */
  readonly wrapper: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const CLI = fileURLToPath(new URL('../../packages/zerodown/dist/cli/main.js', import.meta.url))

/** @param pidFile holds who is in charge */
export function commandOf(way: Way, { by = 'option', signal = 'SIGUSR2' }: Application, pidFile: string): Command {
  if (way === 'bare') return { nodeArgs: [], wrapper: [], env: {} }
  if (way === 'run') return { nodeArgs: [], wrapper: [CLI, 'run', '-w', String(SLOTS), '--'], env: {} }
  const env = { ZERODOWN_PID_FILE: pidFile, ZERODOWN_SIGNALS_RESTART: signal }
  if (by === 'option') return { nodeArgs: ['--import', 'zerodown/register'], wrapper: [], env }
  return { nodeArgs: [], wrapper: [], env: { ...env, NODE_OPTIONS: '--import=zerodown/register' } }
}
