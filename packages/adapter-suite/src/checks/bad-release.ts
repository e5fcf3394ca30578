import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check } from '../check.ts'
import { check } from '../check.ts'
import type { ServerProcess } from '../processes/server-process.ts'
import { until } from '../processes/until.ts'
import { inUse, isBy, restartAndLeave } from '../restarts.ts'

export const badRelease: Check = check('serves on, on the same connection, when a release is bad', async (stage) => {
  const release = join(await stage.tempDir(), 'release')
  await writeFile(release, 'good')
  const server = await stage.start({ env: { SUITE_RELEASE_FILE: release } })
  const first = server.latest
  const wire = await stage.connect(server)

  await writeFile(release, 'bad')
  await inUse([wire], failedRestart(server))
  assert.ok(isBy(first, await wire.ask()))

  await writeFile(release, 'good')
  await inUse([wire], restartAndLeave(server))
  assert.ok(isBy(server.latest, await wire.ask()), 'its connection has not moved to the successor')
})

async function failedRestart(server: ServerProcess): Promise<void> {
  server.signal('SIGUSR2')
  await server.waitForLog(/a bad release, as the suite wants it/, { timeout: 30_000 })
  await until(
    () => server.alive().length === 1,
    () => `the end of the bad release alone. ${server.output}`,
    30_000,
  )
}
