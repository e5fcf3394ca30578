import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { copyOf, until } from '../support/index.ts'
import { startSupervised } from './stage/supervised.ts'

it('a bad release stops at the first slot, and all slots serve on as before', async () => {
  const program = await copyOf('register/http')
  const { server, workers, roll } = await startSupervised(program.path, { slots: 3 })
  const before = workers()
  const load = startLoad({
    target: server.target(),
    workers: [{ kind: 'keepAlive', connections: 6 }, { kind: 'fresh' }],
  })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 30)

  await program.breakSyntax()
  const said = await roll()
  expect(said).toMatch(
    /^the restart stopped at slot 1 of 3: the restart failed: the successor, generation 2 \(pid \d+\), exited with code 1/,
  )
  expect(said).toMatch(/All slots serve on as before\.$/)
  expect(workers()).toEqual(before)

  await program.mend()
  expect(await roll()).toBe('restarted 3 slots')
  expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0 })
})

it('SIGTERM during a restart ends all, drained, with 0', async () => {
  const { server } = await startSupervised('register/http.mjs', { slots: 2, flags: ['--probation', '5000'] })
  const load = startLoad({ target: server.target(), workers: [{ kind: 'slow', ms: 300, connections: 4, requests: 1 }] })
  cleanUp(() => load.stop(0))
  server.signal('SIGUSR2', server.pid)
  await server.waitForAnnouncement(2)
  server.signal('SIGTERM', server.pid)
  expect(await server.waitForExit()).toBe(0)
  await load.done
  expect(load.stats()).toMatchObject({ failed: 0, ok: 4 })
  expect(server.alive()).toEqual([])
})

it('a worker that is killed during its restart is followed by its successor', async () => {
  const { server, workers } = await startSupervised('register/http.mjs', { slots: 1, flags: ['--probation', '5000'] })
  const [victim = 0] = workers()
  server.signal('SIGUSR2', server.pid)
  const { pid } = await server.waitForAnnouncement(1)
  process.kill(victim, 'SIGKILL')
  await server.waitForLog(/this process serves on/)
  await until(
    () => workers().length === 1,
    () => `one worker. ${server.output}`,
  )
  expect(workers()).toEqual([pid])
  expect(server.announcements).toHaveLength(2)
})

it('a program that uses zerodown restarts all slots by itself, from whichever', async () => {
  const { server } = await startSupervised('control.mjs', { slots: 2 })
  const address = server.announcements[1]?.listening[0]
  const port = typeof address === 'object' ? address.port : 0
  const outcome = (await (await fetch(`http://127.0.0.1:${port}/restart`, { method: 'POST' })).json()) as unknown
  expect(outcome).toMatchObject([{ generation: 2 }])
  await server.waitForLog(/restarted 2 slots/)
})
