import { expect, it } from 'vitest'
import { hold } from '../faults/stage/held.ts'
import { expectLossless } from '../restart/lossless.ts'
import { startRegistered } from './start.ts'

it.each([
  'replaces the timers',
  'puts a frozen copy in place of its environment',
  'takes all listeners to signals away',
  'asks where it listens',
])('loses nothing of an application that %s, neither in a restart nor at the end', async (odd) => {
  const server = await startRegistered('register/odd.cjs', { env: { ODD: odd } })
  await expectLossless(server, 2)

  const held = await hold(server.target())
  const { pid } = server.latest
  server.signal('SIGTERM')
  await server.waitForLog(/shutting down/)
  await held.finish()
  expect(await server.waitForExit(pid)).toBe(0)
})
