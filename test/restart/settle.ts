import type { Announcement, ServerProcess } from '../support/index.ts'
import { until } from '../support/index.ts'

/** Restarts, and waits until the predecessor has left: whatever is asked from now on, the new generation answers. */
export async function restartAndSettle(server: ServerProcess): Promise<Announcement> {
  const announced = await server.restart()
  await settled(server)
  return announced
}

/** Waits until only the newest generation is left. */
export async function settled(server: ServerProcess): Promise<void> {
  await until(
    () => server.orphans().length === 0,
    () => `the end of all predecessors. ${server.output}`,
    15_000,
  )
}
