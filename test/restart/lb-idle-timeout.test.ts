import { expect, it } from 'vitest'
import { startRegistered } from '../register/start.ts'
import { startServer } from '../support/index.ts'

const WARNING =
  /^zerodown\[(\d+)\] warning: tcp:127\.0\.0\.1:\d+: keepAliveTimeout is 5000 ms, and .* for 60000 ms \(lbIdle/

const warningsIn = (lines: readonly string[]): string[] => lines.filter((line) => line.includes('keepAliveTimeout'))

it('a server that closes idle connections before its load balancer says so in each generation', async () => {
  const server = await startServer('http', { options: { lbIdleTimeout: 60_000 } })
  expect((await server.waitForLog(WARNING))[1]).toBe(`${server.pid}`)
  const from = server.output.lines.length
  const { pid } = await server.restart()
  expect((await server.waitForLog(WARNING, { from }))[1]).toBe(`${pid}`)
})

it('a server that sets its keepAliveTimeout once it listens is taken at its word', async () => {
  const server = await startServer('controlled', {
    options: { lbIdleTimeout: 60_000 },
    env: { KEEP_ALIVE_TIMEOUT: '65000' },
  })
  await server.restart()
  expect(warningsIn(server.output.lines)).toEqual([])
})

it('zerodown/register takes the timeout from the environment', async () => {
  const server = await startRegistered('register/express.cjs', { env: { ZERODOWN_LB_IDLE_TIMEOUT: '60000' } })
  await server.waitForLog(WARNING)
})
