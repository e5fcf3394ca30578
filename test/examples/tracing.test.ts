import { writeFile } from 'node:fs/promises'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import type { ServerProcess } from '../support/index.ts'
import { recordsOf, startCopyOf } from './stage/copied.ts'

/** Codes of OpenTelemetry. */
const [OK, ERROR] = [1, 2]

const spansOf = (server: ServerProcess): Record<string, unknown>[] =>
  recordsOf(server).filter((record) => 'span' in record)

it('examples/tracing has a span for each restart and each drain, also for one that failed', async () => {
  const { server, file } = await startCopyOf('tracing')
  const load = startLoad({
    target: server.target(),
    workers: [{ kind: 'keepAlive', connections: 5, thinkTime: [0, 10] }],
  })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 20)
  const { pid } = await server.restart()
  await server.waitForExit()
  expect(await load.stop()).toMatchObject({ failed: 0 })

  const successor = { 'process.pid': pid }
  expect(spansOf(server)).toMatchObject([
    { span: 'zerodown.restart.start', child: true, attributes: successor },
    { span: 'zerodown.restart.probation', child: true, attributes: successor },
    { span: 'zerodown.restart', child: false, status: OK, attributes: { 'zerodown.generation': 2 } },
    {
      span: 'zerodown.drain',
      child: false,
      attributes: { 'zerodown.reason': 'restart', 'zerodown.drain.handedOver': 5, 'zerodown.drain.cut': 0 },
    },
  ])
  const [start, probation, restart] = spansOf(server).map(({ ms }) => Number(ms)) as [number, number, number]
  expect(probation).toBeGreaterThanOrEqual(1000)
  expect(restart).toBeGreaterThanOrEqual(start + probation - 2)

  await writeFile(file, `throw new Error('no such table: users')`)
  server.signal('SIGUSR2')
  await server.waitForLog(/the restart failed/)
  server.signal('SIGTERM')
  await server.waitForExit(pid)
  const message = expect.stringMatching(/^the restart failed: .* exited with code 1/)
  expect(spansOf(server).slice(4)).toMatchObject([
    { span: 'zerodown.restart.start', child: true, status: ERROR },
    {
      span: 'zerodown.restart',
      status: ERROR,
      attributes: { 'zerodown.generation': 3, 'error.type': 'ERR_ZERODOWN_SUCCESSOR_EXITED' },
      exceptions: [message],
    },
    { span: 'zerodown.drain', attributes: { 'zerodown.reason': 'shutdown' } },
  ])
})
