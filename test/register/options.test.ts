import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { settled } from '../restart/settle.ts'
import { tempDir, until } from '../support/index.ts'
import { startRegistered } from './start.ts'

it('takes its options from the environment, in every generation', async () => {
  const pidFile = join(await tempDir(), 'app.pid')
  const server = await startRegistered('register/http.cjs', {
    env: { ZERODOWN_PID_FILE: pidFile, ZERODOWN_SIGNALS_RESTART: 'SIGHUP' },
  })
  const named = (pid: number): Promise<unknown> =>
    until(() => existsSync(pidFile) && Number(readFileSync(pidFile, 'utf8')) === pid, `${pid} in the pid file`)

  await named(server.pid)
  for (const generation of [2, 3]) {
    server.signal('SIGHUP')
    const { pid } = await server.waitForGeneration(generation)
    await named(pid)
    await settled(server)
  }
  server.signal('SIGTERM')
  await server.waitForExit(server.current())
  expect(existsSync(pidFile)).toBe(false)
})

it.each([
  ['ZERODOWN_DRAIN_TIMEOUT', 'soon', /ZERODOWN_DRAIN_TIMEOUT: wants a number of milliseconds .*, got 'soon'\./],
  ['ZERODOWN_DRAIN_TIMOUT', '1000', /ZERODOWN_DRAIN_TIMOUT: no such option\. Did you mean ZERODOWN_DRAIN_TIMEOUT/],
])('does not start with %s=%s, and says why', async (name, value, says) => {
  const server = await startRegistered('register/http.cjs', { env: { [name]: value }, ready: false })
  expect(await server.waitForExit()).toBe(1)
  await server.waitForLog(says)
  await server.waitForLog(/ERR_ZERODOWN_OPTION/)
})

it('can be told to say nothing', async () => {
  const server = await startRegistered('register/http.cjs', { env: { ZERODOWN_LOGGER: 'false' } })
  await server.restart()
  await settled(server)
  expect(`${server.output}`).not.toContain('zerodown[')
})
