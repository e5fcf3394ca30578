import { settled } from '../../packages/adapter-suite/src/restarts.ts'
import type { Announcement, ServerProcess } from '../support/index.ts'

export { settled }

/** Restarts, and waits until the predecessor has left: whatever is asked from now on, the new generation answers. */
export async function restartAndSettle(server: ServerProcess): Promise<Announcement> {
  const announced = await server.restart()
  await settled(server)
  return announced
}
