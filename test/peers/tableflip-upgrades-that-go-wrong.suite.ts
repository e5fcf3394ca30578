import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { generationAt } from '../restart/get.ts'
import type { ServerProcess } from '../support/index.ts'
import { startServer, tempDir, until } from '../support/index.ts'

it.each([
  { what: 'exits 0', fault: 'exit0', code: 0 },
  { what: 'exits 1', fault: 'exit1', code: 1 },
  { what: 'sends garbage and exits', fault: 'garbage exit1', code: 1 },
])('goes on as before when the new process $what before it is ready, and upgrades at the next try', async (given) => {
  const { server, setFault } = await startFaulty({})
  await setFault(given.fault)
  server.signal('SIGUSR2')
  await server.waitForLog(new RegExp(`exited with code ${given.code} before it was ready`))
  await expectAsBefore(server)

  await setFault('')
  expect(await server.restart()).toMatchObject({ generation: 2 })
  expect(await server.waitForExit()).toBe(0)
  expect(await generationAt(server.target())).toBe(2)
})

it.each([
  { what: 'never becomes ready', fault: 'hang' },
  { what: 'sends garbage and never becomes ready', fault: 'garbage hang' },
])('goes on as before when the new process $what, at every try', async ({ fault }) => {
  const { server, setFault } = await startFaulty({ readyTimeout: 1000 })
  await setFault(fault)
  for (const _ of ['first try', 'second try']) {
    const from = server.output.lines.length
    server.signal('SIGUSR2')
    await server.waitForLog(/was not ready within 1000 ms/, { from })
    await expectAsBefore(server)
  }
})

it('upgrades to a new process that sends garbage, but does get ready', async () => {
  const { server, setFault } = await startFaulty({})
  await setFault('garbage')
  expect(await server.restart()).toMatchObject({ generation: 2 })
  expect(await server.waitForExit()).toBe(0)
  expect(await generationAt(server.target())).toBe(2)
})

it('can be stopped while an upgrade is under way: both end, and what is in flight is answered', async () => {
  const { server, setFault } = await startFaulty({ readyTimeout: 300_000 })
  await setFault('hang')
  server.signal('SIGUSR2')
  const [, successor] = await server.waitForLog(/generation 2 is process (\d+)/)
  await until(() => server.alive().includes(Number(successor)), 'the new process')
  // Once the first is answered, the second, which came with it, is at work.
  const paths = ['/', '/slow?ms=500']
  const load = startLoad({ target: server.target(), workers: [{ kind: 'pipelined', paths, requests: 1 }] })
  await load.waitFor(({ ok }) => ok === 1)

  server.signal('SIGTERM', server.pid)
  await load.done
  expect(load.stats()).toMatchObject({ ok: 2, failed: 0, firstFailures: [] })
  expect(await server.waitForExit()).toBe(0)
  expect(server.alive()).toEqual([])
  await server.waitForLog(/the restart was given up/)
})

/** The new process is gone, reaped, and nobody's child; the old one serves. */
async function expectAsBefore(server: ServerProcess): Promise<void> {
  expect(server.alive()).toEqual([server.pid])
  expect(server.zombies()).toEqual([])
  expect(await generationAt(server.target())).toBe(1)
}

async function startFaulty(
  options: Record<string, unknown>,
): Promise<{ server: ServerProcess; setFault(fault: string): Promise<void> }> {
  const faults = join(await tempDir(), 'faults')
  const server = await startServer('http', { options, env: { FAULT_FILE: faults } })
  return { server, setFault: (fault) => writeFile(faults, fault) }
}
