import { startLoad } from '@zerodown/load'
import { expect } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { MIXED } from './mixed-load.ts'
import { settled } from './settle.ts'

/** Restarts the server that often under mixed load, and expects that no request was lost and nobody was left behind. */
export async function expectLossless(server: ServerProcess, restarts: number): Promise<void> {
  const load = startLoad({ target: server.target(), workers: MIXED })
  await load.waitFor(({ ok }) => ok > 100)
  for (let generation = 2; generation <= restarts + 1; generation++) {
    expect(await server.restart()).toMatchObject({ generation })
    await load.waitFor(({ generations }) => (generations[generation] ?? 0) >= 20, 15_000)
  }
  await settled(server)
  const { requests, ok, failed, firstFailures, workers } = await load.stop()
  expect({ failed, firstFailures }).toEqual({ failed: 0, firstFailures: [] })
  expect(ok).toBe(requests)
  expect(Object.entries(workers).filter(([, counts]) => counts.ok < restarts)).toEqual([])
  expect(server.zombies()).toEqual([])
}
