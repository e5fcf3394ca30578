import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { startServer } from '../support/index.ts'

it.each(['SIGTERM', 'SIGUSR2'] as const)('answers the rest of a pipeline that is under way at %s', async (signal) => {
  const server = await startServer('http')
  // The first is answered at once; the others, which came with it, are at work then.
  const paths = ['/', '/slow?ms=700', '/slow?ms=300']
  const load = startLoad({ target: server.target(), workers: [{ kind: 'pipelined', paths, requests: 1 }] })
  await load.waitFor(({ ok }) => ok === 1)
  server.signal(signal)
  await load.done
  expect(load.stats()).toMatchObject({ ok: 3, failed: 0, firstFailures: [], generations: { 1: 3 } })
  expect(await server.waitForExit()).toBe(0)
})
