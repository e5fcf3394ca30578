import { spawnSync } from 'node:child_process'
import { startLoad } from '@zerodown/load'
import { expect } from 'vitest'
import { MIXED } from '../../../packages/adapter-suite/src/mixed-load.ts'
import { cleanUp } from '../../support/clean-up.ts'
import type { ServerProcess } from '../../support/index.ts'
import { isFirst } from '../../support/process-status.ts'
import type { Supervised } from './supervised.ts'
import { startSupervised } from './supervised.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath
/** Options of `unshare`: the command is PID 1. */
export const NAMESPACE: readonly string[] = ['--pid', '--fork', '--kill-child', '--mount-proc']
const succeeds = (file: string, ...args: string[]): boolean => spawnSync(file, args).status === 0

/** Why nothing can be PID 1 of that kind here. */
function whyNot(init: string | undefined): string | undefined {
  if (!succeeds('unshare', ...NAMESPACE, 'true')) return 'unshare cannot make a PID namespace, for which it needs root'
  return init === undefined || succeeds(init, '--version') ? undefined : `there is no ${init}`
}

export interface Init {
  /** Its name, and why it is skipped. */
  readonly title: string
  /** Its command, before that of Node. */
  readonly command: readonly string[]
  /** Whether it can be tested here. */
  readonly runs: boolean
}

/** What can be PID 1. */
export const INITS: readonly Init[] = [
  { name: 'zerodown run', command: [] },
  { name: 'tini', command: ['tini', '--'] },
].map(({ name, command }) => {
  const why = whyNot(command[0])
  return { title: why === undefined ? name : `${name} (skipped: ${why})`, command, runs: why === undefined }
})

export interface Container extends Supervised {
  /** PID 1, seen from outside. It gets the signals, as `docker kill` sends them. */
  readonly first: number
}

/** Starts `zerodown run` in a PID namespace of its own. */
export async function startContainer({ command }: Init, program = 'register/http.mjs'): Promise<Container> {
  const supervised = await startSupervised(program, {
    slots: 2,
    node: 'unshare',
    nodeArgs: [...NAMESPACE, ...command, NODE],
  })
  return { ...supervised, first: firstIn(supervised.server) }
}

/** PID 1 of the namespace that `unshare` has made, seen from outside. */
export const firstIn = (server: ServerProcess): number => server.alive().find(isFirst) ?? 0

/** Restarts all slots as often under load, and then ends the container. */
export async function expectUnnoticed({ server, target, first }: Container, restarts: number): Promise<void> {
  const load = startLoad({ target: target(), workers: MIXED, maxDuration: 25 * 60_000 })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 50)
  let from = 0
  for (let times = 0; times < restarts; times += 1) {
    server.signal('SIGUSR2', first)
    await server.waitForLog(/restarted 2 slots/, { from, timeout: 60_000 })
    from = server.output.lines.findLastIndex((line) => line.includes('restarted 2 slots')) + 1
  }
  const { failed, reopened, firstFailures } = await load.stop()
  expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
  server.signal('SIGTERM', first)
  expect(await server.waitForExit()).toBe(0)
  expect(server.alive()).toEqual([])
}
