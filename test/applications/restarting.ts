import { startLoad } from '@zerodown/load'
import { expect } from 'vitest'
import type { Application } from './application.ts'
import type { Running } from './running.ts'

const RESTARTS = 2

/** Restarts an application under its load, and checks that no request fails and no connection is opened again. */
export async function expectNothingLost(running: Running, { name, workers }: Application): Promise<void> {
  const load = startLoad({ target: running.place, workers })
  await load.waitFor(({ ok }) => ok > 100)
  for (let restart = 1; restart <= RESTARTS; restart++) {
    await running.commit()
    await running.predecessorGone()
    const { ok } = load.stats()
    await load.waitFor((counts) => counts.ok > ok + 100)
  }
  const { requests, ok, failed, reopened, firstFailures } = await load.stop()
  console.log(`${name}: ${RESTARTS} restarts, ${requests} requests, ${failed} failed, ${reopened} reopened`)
  expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
  expect(ok).toBe(requests)
}
