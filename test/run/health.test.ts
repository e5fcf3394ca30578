import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { startSupervised } from './stage/supervised.ts'

it('/readyz says 200 in every process while all slots restart, and 503 when the supervisor is told to end', async () => {
  const { server, target, roll } = await startSupervised('health.mjs', { flags: ['--shutdown-delay', '2000'] })
  const load = startLoad({
    target: target(),
    workers: [
      { kind: 'keepAlive', path: '/readyz', connections: 6, thinkTime: [0, 10] },
      { kind: 'fresh', path: '/readyz', connections: 3, thinkTime: [0, 10] },
    ],
  })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 20)
  expect(await roll()).toBe('restarted 2 slots')
  expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })

  server.signal('SIGTERM', server.pid)
  for (const { pid } of server.announcements.slice(-2)) {
    await server.waitForLog(new RegExp(`zerodown\\[${pid}\\] shutting down in 2000 ms`))
  }
  const { host, port } = target() as { host: string; port: number }
  for (let times = 0; times < 10; times += 1) {
    const answer = await fetch(`http://${host}:${port}/readyz`, { headers: { connection: 'close' } })
    expect([answer.status, await answer.text()]).toEqual([503, 'shutting down\n'])
  }
  expect(await server.waitForExit()).toBe(0)
})
