import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempDir, until } from '../support/index.ts'
import { inFlight } from './stage/in-flight.ts'
import { onSignal, programWith } from './stage/program.ts'
import { startSupervised } from './stage/supervised.ts'

it.each([
  [
    'whose own listener does nothing is ended at the end of its drain: exit code 0',
    `process.on('SIGTERM', () => {})`,
    0,
  ],
  [
    'that hangs is killed 10 s after drainTimeout: exit code 1',
    onSignal(`console.log('hangs'); for (;;) process.uptime()`),
    1,
  ],
])('at SIGTERM to the supervisor, a worker %s', async (_, source, code) => {
  const { server, workers } = await startSupervised(await programWith(source), {
    slots: 2,
    flags: ['--drain-timeout', '1000'],
  })
  if (code === 1) {
    process.kill(workers()[0] ?? 0, 'SIGHUP')
    await server.waitForLog(/hangs/)
  }
  server.signal('SIGTERM', server.pid)
  expect(await server.waitForExit()).toBe(code)
  if (code === 1) await server.waitForLog(/error: workers did not end in time, and are killed/)
  await until(() => server.alive().length === 0, 'the end of all')
})

it('a worker whose file of variables says a longer drainTimeout is not killed before that is over', async () => {
  const envFile = join(await tempDir(), 'app.env')
  await writeFile(envFile, 'ZERODOWN_DRAIN_TIMEOUT=45000')
  const supervised = await startSupervised('register/http.mjs', { slots: 1, flags: ['--env-file', envFile] })
  const { server } = supervised
  // Longer than the default of 20 s, and 10 s more.
  const answers = await inFlight(supervised, 1, 33_000)
  server.signal('SIGTERM', server.pid)
  expect(await answers.complete()).toBe('1 of 1')
  expect(await server.waitForExit()).toBe(0)
})

it('a worker that hangs at its start keeps no restart of it waiting for ever: the others serve on', async () => {
  const hangs = `import zerodown from 'zerodown'
    if (zerodown.generation > 1) for (;;) process.uptime()`
  const { roll, workers } = await startSupervised(await programWith(hangs), {
    slots: 2,
    flags: ['--ready-timeout', '3000'],
  })
  const before = workers()
  expect(await roll()).toMatch(/the restart stopped at slot 1 of 2: .* was not ready within 3000 ms/)
  expect(workers()).toEqual(before)
})
