import { startLoad } from '@zerodown/load'
import type { Stats } from '@zerodown/load'
import { expect } from 'vitest'
import type { Announcement, ServerProcess } from '../support/index.ts'
import { MIXED } from './mixed-load.ts'
import { settled } from './settle.ts'

/** How many answers a generation gave; one that does not know which it is names its process in its answers. */
export const answersOf = ({ generation, pid }: Announcement, { generations }: Pick<Stats, 'generations'>): number =>
  generations[generation] ?? generations[pid] ?? 0

/** Restarts the server that often under mixed load, and expects that no request was lost and nobody was left behind. */
export async function expectLossless(server: ServerProcess, restarts: number): Promise<Stats> {
  const load = startLoad({ target: server.target(), workers: MIXED })
  await load.waitFor(({ ok }) => ok > 100)
  for (let generation = 2; generation <= restarts + 1; generation++) {
    const next = await server.restart()
    expect(next).toMatchObject({ generation })
    await load.waitFor((stats) => answersOf(next, stats) >= 20, 15_000)
  }
  await settled(server)
  const stats = await load.stop()
  const { requests, ok, failed, firstFailures, workers } = stats
  expect({ failed, firstFailures }).toEqual({ failed: 0, firstFailures: [] })
  expect(ok).toBe(requests)
  expect(Object.entries(workers).filter(([, counts]) => counts.ok < restarts)).toEqual([])
  expect(server.zombies()).toEqual([])
  return stats
}
