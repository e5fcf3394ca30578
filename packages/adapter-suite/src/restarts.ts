import { setTimeout as wait } from 'node:timers/promises'
import type { Answer } from '@zerodown/load'
import type { Announcement } from './processes/announcement.ts'
import type { ServerProcess } from './processes/server-process.ts'
import { until } from './processes/until.ts'
import type { Wire } from './wire.ts'

/** How long the two halves of a restart may take. ms */
export interface Patience {
  /** Until the successor listens. Default: 40 000 */
  readonly starts?: number
  /** From then on, until the predecessor has left. Default: 20 000 */
  readonly leaves?: number
}

/** Restarts, and waits until the predecessor has left. */
export async function restartAndLeave(
  server: ServerProcess,
  { starts, leaves = 20_000 }: Patience = {},
): Promise<void> {
  const { pid } = server.latest
  await server.restart(starts)
  await server.waitForExit(pid, leaves)
}

/** Waits until only the newest generation is left. */
export async function settled(server: ServerProcess): Promise<void> {
  await until(
    () => server.orphans().length === 0,
    () => `no predecessor to be left. ${server.output}`,
    15_000,
  )
}

/** Whether that generation has answered; one that does not know which it is names its process in its answers. */
export function isBy({ generation, pid }: Announcement, { headers }: Answer): boolean {
  return [String(generation), String(pid)].includes(headers.get('x-generation') ?? '')
}

/** However long it takes on a busy machine, none of the connections is idle for as long as `keepAliveTimeout`. */
export async function inUse(wires: readonly Wire[], something: Promise<unknown>): Promise<void> {
  const over = something.then(() => true)
  const ask = async (): Promise<void> => {
    do {
      await Promise.all(wires.map((wire) => wire.ask()))
    } while (!(await Promise.race([over, wait(200, false)])))
  }
  await Promise.all([over, ask()])
}
