import { expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { waitForEvent } from './stage/events.ts'
import { pidOf } from './stage/pid-of.ts'
import { setScene } from './stage/scene.ts'

const READY_TIMEOUT = 2000

it('a predecessor that was stopped past readyTimeout takes a successor that was ready in time', async () => {
  const scene = await setScene({ options: { readyTimeout: READY_TIMEOUT } })
  const { server } = scene
  await scene.fault('wait-for-hangup')
  const asked = scene.ask('restart')
  const successor = pidOf(await waitForEvent(server, { event: 'launched' }))
  const launched = performance.now()
  await server.waitForLog(/waiting for SIGHUP/)
  await scene.fault()

  server.signal('SIGSTOP', server.pid)
  server.signal('SIGHUP', successor)
  await waitForEvent(server, { event: 'ready', by: 2 })
  await until(() => performance.now() > launched + READY_TIMEOUT + 500, 'the time to be over')
  server.signal('SIGCONT', server.pid)

  expect(await asked).toMatchObject({ generation: 2, pid: successor })
  expect(await server.waitForExit()).toBe(0)
})
