import { expect, it } from 'vitest'
import { hold } from '../faults/stage/held.ts'
import { startRegistered } from './start.ts'

/** As Node gives it at SIGTERM to a process whose exit code nothing sets. */
const UNSET = 0

it.each([
  // Where it listens to SIGTERM, and how it ends.
  ['first close exit busy', 3],
  ['last close exit busy', 3],
  ['first once close', UNSET],
  ['last once close', UNSET],
  ['last close raise busy', UNSET],
])(
  'an application that closes its own server on SIGTERM (%s): what is in flight is answered, and it cleans up',
  async (words, code) => {
    const server = await startRegistered('register/own-shutdown.cjs', { env: { ON_SIGTERM: words } })
    const held = await hold(server.target())

    server.signal('SIGTERM')
    await server.waitForLog(/hears SIGTERM/)
    await held.finish()

    await server.waitForLog(/has cleaned up in good order/)
    expect(await server.waitForExit()).toBe(code)
    await server.waitForLog(/drained: 1 finished, 0 handed over, 0 closed idle, 0 cut/)
  },
)

it('an application that hears SIGTERM and does no more than that ends when all is answered', async () => {
  const server = await startRegistered('register/own-shutdown.cjs', { env: { ON_SIGTERM: 'first' } })
  const held = await hold(server.target())
  server.signal('SIGTERM')
  await server.waitForLog(/hears SIGTERM/)
  await held.finish()
  expect(await server.waitForExit(server.pid, 4000)).toBe(0)
})

it('an application that hears SIGTERM and goes on with other work is ended when its time is up', async () => {
  const server = await startRegistered('register/own-shutdown.cjs', {
    env: { ON_SIGTERM: 'last busy', ZERODOWN_DRAIN_TIMEOUT: '0' },
  })
  server.signal('SIGTERM')
  await server.waitForLog(/the application listens to SIGTERM as well, and has 5000 ms to end this process/)
  expect(await server.waitForExit()).toBe(0)
  await server.waitForLog(/warning: the application has not ended this process within 5000 ms of SIGTERM: exiting/)
})

it('what is stuck when an application closes its own server is cut at the end of the drain, and counted', async () => {
  const server = await startRegistered('register/own-shutdown.cjs', {
    env: { ON_SIGTERM: 'first close exit', ZERODOWN_DRAIN_TIMEOUT: '300' },
  })
  const held = await hold(server.target())
  server.signal('SIGTERM')
  await held.cut
  await server.waitForLog(/drained: 0 finished, 0 handed over, 0 closed idle, 1 cut/)
  await server.waitForLog(/has cleaned up in good order/)
  expect(await server.waitForExit()).toBe(3)
})

it.each(['close exit busy', 'close', 'close raise busy'])(
  'with ZERODOWN_SIGNALS_LEAVE, the one that leaves after a restart cleans up as well (%s)',
  async (words) => {
    const server = await startRegistered('register/own-shutdown.cjs', {
      env: { ON_SIGTERM: `first ${words}`, ZERODOWN_SIGNALS_LEAVE: 'SIGTERM' },
    })
    const held = await hold(server.target())
    const { pid } = await server.restart()
    await held.finish()
    await server.waitForLog(new RegExp(`^${server.pid} has cleaned up in good order`))
    await server.waitForExit(server.pid)
    expect(server.output.lines.indexOf(`${server.pid} hears SIGTERM`)).toBeGreaterThan(
      server.output.lines.findIndex((line) => line.includes('drained: ')),
    )
    expect(server.alive()).toEqual([pid])
  },
)
