import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { startServer, tempDir } from '../support/index.ts'

const THREADS = 10
const REQUESTS = 300
const SIZE = 16_256

it('answers every POST on a fresh TCP connection, while one restart follows another', async () => {
  await expectNoneDropped(await startServer('http'))
})

it('answers every POST on a fresh unix connection, while one restart follows another', async () => {
  await expectNoneDropped(await startServer('http', { address: `unix:${join(await tempDir(), 'puma.sock')}` }))
})

async function expectNoneDropped(server: ServerProcess): Promise<void> {
  const load = startLoad({
    target: server.target(),
    workers: [{ kind: 'fresh', size: SIZE, connections: THREADS, requests: REQUESTS }],
  })
  // The next restart begins as soon as the last one has brought up its successor.
  const total = THREADS * REQUESTS
  while (load.stats().ok + load.stats().failed < total) await server.restart()
  await load.done

  const { ok, failed, firstFailures, generations } = load.stats()
  expect({ ok, failed, firstFailures }).toEqual({ ok: total, failed: 0, firstFailures: [] })
  expect(Object.keys(generations).length).toBeGreaterThanOrEqual(3)
}
