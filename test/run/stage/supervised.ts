import { isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Target } from '@zerodown/load'
import type { ServerOptions, ServerProcess } from '../../support/index.ts'
import { FIXTURES, isAlive, startServer } from '../../support/index.ts'

export const CLI: string = fileURLToPath(new URL('../../../packages/zerodown/dist/cli/main.js', import.meta.url))

export interface SupervisedOptions extends ServerOptions {
  slots?: number
  /** Flags of `zerodown run`. */
  flags?: readonly string[]
  /** What it runs in: a program and its arguments before Node. */
  within?: readonly string[]
}

/** A server under `zerodown run`. */
export interface Supervised {
  /** What was started, and all that comes of it. */
  readonly server: ServerProcess
  /** Where it listens first. In a PID namespace of its own, nobody knows who it is. */
  target(): Target
  /** pids of those that have announced themselves and live, oldest first. */
  workers(): number[]
  /** Sends SIGUSR2 and waits until all slots have restarted, or the restart has stopped. */
  roll(): Promise<string>
  /** The same, and waits until all processes that served before have gone. */
  rollAndLeave(): Promise<string>
}

const OVER = /restarted \d+ slots?|the restart stopped at slot .*/

export async function startSupervised(
  program = 'register/http.mjs',
  { slots = 2, flags = [], args = [], ready = true, ...options }: SupervisedOptions = {},
): Promise<Supervised> {
  const path = isAbsolute(program) ? program : join(FIXTURES, program)
  const server = await startServer(CLI, {
    cwd: FIXTURES,
    ...options,
    args: ['run', '-w', String(slots), '--probation', '0', ...flags, path, ...args],
    ready: false,
  })
  if (ready) await server.waitForLog(/workers? serves?$/, { timeout: 40_000 })
  let from = 0
  const workers = (): number[] => server.announcements.map(({ pid }) => pid).filter(isAlive)
  const roll = async (): Promise<string> => {
    server.signal('SIGUSR2', server.pid)
    const [said] = await server.waitForLog(OVER, { from, timeout: 60_000 })
    from = server.output.lines.findLastIndex((line) => OVER.test(line)) + 1
    return said
  }
  return {
    server,
    target() {
      const [first] = server.announcements[0]?.listening ?? []
      return typeof first === 'object' ? { host: first.address, port: first.port } : { socketPath: first ?? '' }
    },
    workers,
    roll,
    async rollAndLeave() {
      const before = workers()
      const said = await roll()
      await Promise.all(before.map((pid) => server.waitForExit(pid, 30_000)))
      return said
    },
  }
}
