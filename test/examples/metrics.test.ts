import { writeFile } from 'node:fs/promises'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { until } from '../support/index.ts'
import { startCopyOf } from './stage/copied.ts'

it('examples/metrics tells Prometheus of each restart, and of those that failed', async () => {
  const { server, file } = await startCopyOf('metrics')
  const { port } = server
  /** A sample by its name and labels; `undefined`: there is none. */
  const sample = async (name: string): Promise<number | undefined> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    const line = text.split('\n').find((one) => one.startsWith(`${name} `))
    return line === undefined ? undefined : Number(line.slice(name.length + 1))
  }
  expect(await sample('zerodown_generation')).toBe(1)
  expect(await sample('zerodown_state{state="serving"}')).toBe(1)
  // The one that asks.
  expect(await sample('zerodown_requests')).toBe(1)
  expect(await sample('zerodown_connections{kind="http1",idle="false"}')).toBe(1)
  expect(await sample('zerodown_start_seconds')).toBeGreaterThan(0)

  const load = startLoad({
    target: server.target(),
    workers: [{ kind: 'keepAlive', connections: 5, thinkTime: [0, 10] }],
  })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 20)
  await server.restart()
  await server.waitForExit()

  await until(
    async () => ((await sample('zerodown_connections_received_total')) ?? 0) >= 5,
    'the connections to be counted',
  )
  expect(await sample('zerodown_generation')).toBe(2)
  // With the probation, which it was not in charge in.
  expect(await sample('zerodown_start_seconds')).toBeGreaterThan(1)
  expect(await load.stop()).toMatchObject({ failed: 0 })

  await writeFile(file, `throw new Error('no such table: users')`)
  server.signal('SIGUSR2')
  await server.waitForLog(/the restart failed/)
  expect(await sample('zerodown_restarts_failed_total{code="ERR_ZERODOWN_SUCCESSOR_EXITED"}')).toBe(1)
  expect(await sample('zerodown_generation')).toBe(2)
})
