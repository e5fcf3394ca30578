import { once } from 'node:events'
import { createServer } from 'node:net'
import type { FailureDetail } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import type { ServerProcess } from '../support/index.ts'
import { until } from '../support/index.ts'
import { inFlight } from './stage/in-flight.ts'
import { startSupervised } from './stage/supervised.ts'

const allEnd = (server: ServerProcess): Promise<unknown> =>
  until(
    () => server.alive().length === 0,
    () => `the end of ${server.alive().join()}. ${server.output}`,
  )

it('a supervisor that is killed under load: its workers finish what is in flight and end, and the port is free', async () => {
  const supervised = await startSupervised('register/http.mjs', { slots: 2 })
  const { server } = supervised
  const { port } = server
  const load = startLoad({ target: server.target(), workers: [{ kind: 'keepAlive', connections: 6 }] })
  cleanUp(() => load.stop(0))
  const served = new Set<number | undefined>()
  const broken: FailureDetail[] = []
  load.on('answer', ({ localPort }) => served.add(localPort))
  load.on('failure', (failure) => {
    if (failure.reason !== 'refused' && served.has(failure.localPort)) broken.push(failure)
  })
  const answers = await inFlight(supervised, 6, 1000)
  process.kill(server.pid, 'SIGKILL')
  expect(await answers.complete()).toBe('6 of 6')
  await allEnd(server)

  // Others may come when nobody is there any more: they are refused, or reset if they wait as the listener is closed.
  await load.stop(0)
  expect(broken).toEqual([])
  const next = createServer().listen(port, '127.0.0.1')
  await once(next, 'listening')
  next.close()
})

it('a supervisor that is killed during a restart: both generations drain and end', async () => {
  const { server } = await startSupervised('register/http.mjs', { slots: 2, flags: ['--probation', '60000'] })
  server.signal('SIGUSR2', server.pid)
  await server.waitForAnnouncement(2)
  process.kill(server.pid, 'SIGKILL')
  await allEnd(server)
})
