import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { dirname } from 'node:path'

export interface ServerOptions {
  /** ADDRESS: one or more, separated by commas. Default `127.0.0.1:0`. */
  address?: string
  /** Options for zerodown, as JSON can tell them. By default without probation, so that a restart takes no second. */
  options?: Record<string, unknown>
  env?: Readonly<Record<string, string>>
  /** Arguments of the program. */
  args?: readonly string[]
  /** Options of Node itself. */
  nodeArgs?: readonly string[]
  /** The Node to run. Default: `ZERODOWN_TEST_NODE`, or else this one. */
  node?: string
  cwd?: string
}

/** @param program absolute path */
export function startProcess(program: string, options: ServerOptions): ChildProcess {
  const { address = '127.0.0.1:0', args = [], nodeArgs = [], cwd = dirname(program) } = options
  const { PATH = '', HOME = '', TMPDIR = '/tmp', ZERODOWN_TEST_NODE } = process.env
  return spawn(options.node ?? ZERODOWN_TEST_NODE ?? process.execPath, [...nodeArgs, program, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      // Nothing else of the test runner's own: NODE_OPTIONS and the like would change what is tested.
      PATH,
      HOME,
      TMPDIR,
      // As a shell sets it.
      PWD: cwd,
      ADDRESS: address,
      // A restart takes no second.
      TEST_OPTIONS: JSON.stringify({ probation: 0, ...options.options }),
      ...options.env,
    },
  })
}
