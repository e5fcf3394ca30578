import { once } from 'node:events'
import { get as request } from 'node:http'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import type { Target, Worker } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { startServer, tempDir, until } from '../support/index.ts'

/** On a connection of its own. */
async function ask(target: Target, path: string): Promise<{ status: number; body: string }> {
  const [response] = await once(request({ ...target, path, agent: false }), 'response')
  return { status: response.statusCode, body: await text(response) }
}

const probes: readonly Worker[] = [
  { kind: 'keepAlive', path: '/readyz', connections: 4, thinkTime: [0, 10] },
  { kind: 'fresh', path: '/readyz', connections: 4, thinkTime: [0, 10] },
  { kind: 'fresh', path: '/livez', connections: 2, thinkTime: [0, 10] },
]
const traffic: readonly Worker[] = [
  { kind: 'keepAlive', connections: 3, thinkTime: [0, 10] },
  { kind: 'post', connections: 2, size: 20_000, chunks: 2, chunkDelay: [0, 5], thinkTime: [0, 10] },
  { kind: 'slow', connections: 2, ms: 150 },
]

it('/readyz says 503 before the service is ready, and /livez says 200', async () => {
  const server = await startServer('health', { options: { readiness: 'manual' } })
  const target = server.target()
  expect(await ask(target, '/readyz')).toEqual({ status: 503, body: 'starting\n' })
  expect(await ask(target, '/livez')).toEqual({ status: 200, body: 'ok\n' })
  await ask(target, '/begin')
  expect(await ask(target, '/readyz')).toEqual({ status: 200, body: 'ok\n' })
})

it('both say 200 through restarts, whichever process is asked', async () => {
  const server = await startServer('health', { options: { readiness: 'manual', probation: 200 } })
  await ask(server.target(), '/begin')
  const load = startLoad({ target: server.target(), workers: [...probes, ...traffic] })
  await load.waitFor(({ ok }) => ok > 50)
  for (let generation = 2; generation <= 6; generation += 1) {
    const before = server.current()
    await server.restart()
    await server.waitForLog(new RegExp(`generation ${generation} .* has taken over`))
    await server.waitForExit(before)
  }
  const { failed, firstFailures } = await load.stop()
  expect({ failed, firstFailures }).toEqual({ failed: 0, firstFailures: [] })
})

it('both say 200 while a release is rolled back, also that release, which has been told to stop', async () => {
  const faults = join(await tempDir(), 'faults')
  await writeFile(faults, '')
  const server = await startServer('health', {
    options: { shutdownDelay: 500, probation: 60_000 },
    env: { FAULT_FILE: faults },
  })
  const load = startLoad({ target: server.target(), workers: [...probes, ...traffic] })
  await load.waitFor(({ ok }) => ok > 50)
  await writeFile(faults, 'be-told-to-stop-when-ready')
  const { pid } = await server.restart()
  await server.waitForLog(new RegExp(`zerodown\\[${pid}\\] shutting down in 500 ms`))
  await server.waitForExit(pid)
  await server.waitForLog(/the restart failed/)
  const { failed, firstFailures } = await load.stop()
  expect({ failed, firstFailures }).toEqual({ failed: 0, firstFailures: [] })
})

it('/readyz says 503 from the first moment of a shutdown on, while other requests are answered', async () => {
  const server = await startServer('health', { options: { shutdownDelay: 2000 } })
  const target = server.target()
  const load = startLoad({ target, workers: traffic })
  await load.waitFor(({ ok }) => ok > 20)
  server.signal('SIGTERM')
  await server.waitForLog(/shutting down in 2000 ms/)
  const before = load.stats().ok
  for (let times = 0; times < 10; times += 1) {
    expect(await ask(target, '/readyz')).toEqual({ status: 503, body: 'shutting down\n' })
    expect(await ask(target, '/livez')).toEqual({ status: 200, body: 'ok\n' })
  }
  await load.waitFor(({ ok }) => ok > before + 50)
  const { failed } = await load.stop()
  expect(failed).toBe(0)
  expect(server.output.toString()).not.toMatch(/drained/)
  expect(await server.waitForExit()).toBe(0)
})

it('/readyz says 503 in both processes when the service ends during a restart', async () => {
  const server = await startServer('health', { options: { shutdownDelay: 2000, probation: 60_000 } })
  const target = server.target()
  const { pid } = await server.restart()
  // It answers when it is ready.
  const generation = async (): Promise<number> => {
    const { body } = await ask(target, '/readyz?verbose')
    return (JSON.parse(body) as { generation: number }).generation
  }
  await until(async () => (await generation()) === 2, 'an answer of the successor')
  server.signal('SIGTERM', server.pid)
  for (const one of [server.pid, pid]) await server.waitForLog(new RegExp(`zerodown\\[${one}\\] shutting down in`))
  const seen = new Set<number>()
  for (let times = 0; times < 40; times += 1) {
    const { status, body } = await ask(target, '/readyz?verbose')
    expect({ status, body }).toMatchObject({ status: 503, body: expect.stringContaining('"shutting down"') })
    seen.add((JSON.parse(body) as { generation: number }).generation)
  }
  expect([...seen].toSorted()).toEqual([1, 2])
  await server.waitForExit()
  await server.waitForExit(pid)
})
