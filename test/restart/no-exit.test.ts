import { expect, it } from 'vitest'
import { isAlive, startServer } from '../support/index.ts'
import { waitForEvent } from './events.ts'
import { generationAt } from './get.ts'

it('with exit: false, leaves the end of the process to the application', async () => {
  const server = await startServer('events', { options: { exit: false }, env: { STAY: 'yes' } })
  await server.restart()
  await waitForEvent(server, 1, 'stopped')
  await waitForEvent(server, 2, 'inCharge')
  expect(await generationAt(server.target())).toBe(2)
  expect(isAlive(server.pid)).toBe(true)

  // Nobody handles the signals any more: they do what they do without zerodown.
  server.signal('SIGTERM', server.pid)
  expect(await server.waitForExit()).toBe('SIGTERM')
})

it('with exit: false, keeps no process alive that has nothing else to do', async () => {
  const server = await startServer('events', { options: { exit: false } })
  const { pid } = await server.restart()
  expect(await server.waitForExit()).toBe(0)
  server.signal('SIGTERM', pid)
  await server.waitForLog(new RegExp(`"exit":0,"pid":${pid}`))
})
