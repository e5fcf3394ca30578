import assert from 'node:assert/strict'
import { startLoad } from '@zerodown/load'
import type { Stats } from '@zerodown/load'
import { MIXED } from './mixed-load.ts'
import type { Announcement } from './processes/announcement.ts'
import type { ServerProcess } from './processes/server-process.ts'
import { settled } from './restarts.ts'

/** How many answers a generation gave; one that does not know which it is names its process in its answers. */
export const answersOf = ({ generation, pid }: Announcement, { generations }: Pick<Stats, 'generations'>): number =>
  generations[generation] ?? generations[pid] ?? 0

/** Restarts the server that often under mixed load, and expects that no request was lost and nobody was left behind. */
export async function expectLossless(server: ServerProcess, restarts: number): Promise<Stats> {
  const load = startLoad({ target: server.target(), workers: MIXED })
  try {
    await load.waitFor(({ ok }) => ok > 100)
    for (let generation = 2; generation <= restarts + 1; generation++) {
      const next = await server.restart()
      assert.equal(next.generation, generation)
      await load.waitFor((stats) => answersOf(next, stats) >= 20, 15_000)
    }
    await settled(server)
  } finally {
    await load.stop()
  }
  const stats = load.stats()
  const { requests, ok, failed, firstFailures, workers } = stats
  assert.deepEqual({ failed, firstFailures }, { failed: 0, firstFailures: [] })
  assert.equal(ok, requests)
  assert.deepEqual(
    Object.entries(workers).filter(([, counts]) => counts.ok < restarts),
    [],
  )
  assert.deepEqual(server.zombies(), [])
  return stats
}
