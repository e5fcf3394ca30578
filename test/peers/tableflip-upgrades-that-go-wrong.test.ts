import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { generationAt } from '../restart/get.ts'
import type { ServerProcess } from '../support/index.ts'
import { startServer, tempDir, until } from '../support/index.ts'

it.each([
  { what: 'exits 0 before it is ready', fault: 'exit0', reason: /exited with code 0 before it was ready/ },
  { what: 'exits 1 before it is ready', fault: 'exit1', reason: /exited with code 1 before it was ready/ },
  { what: 'never becomes ready', fault: 'hang', reason: /was not ready within 1500 ms/ },
  { what: 'sends garbage and exits', fault: 'garbage exit1', reason: /exited with code 1 before it was ready/ },
  { what: 'sends garbage and never becomes ready', fault: 'garbage hang', reason: /was not ready within 1500 ms/ },
])('goes on as before when the new process $what, and upgrades at the next try', async ({ fault, reason }) => {
  const { server, setFault } = await startFaulty({ readyTimeout: 1500 })
  await setFault(fault)
  server.signal('SIGUSR2')
  await server.waitForLog(reason)
  // The new process is gone, reaped, and nobody's child.
  expect(server.alive()).toEqual([server.pid])
  expect(server.zombies()).toEqual([])
  expect(await generationAt(server.target())).toBe(1)

  await setFault('')
  expect(await server.restart()).toMatchObject({ generation: 2 })
  expect(await server.waitForExit()).toBe(0)
  expect(await generationAt(server.target())).toBe(2)
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

  server.signal('SIGTERM', server.pid)
  expect(await server.waitForExit()).toBe(0)
  expect(server.alive()).toEqual([])
  await server.waitForLog(/the restart was given up/)
})

async function startFaulty(
  options: Record<string, unknown>,
): Promise<{ server: ServerProcess; setFault(fault: string): Promise<void> }> {
  const faults = join(await tempDir(), 'faults')
  const server = await startServer('http', { options, env: { FAULT_FILE: faults } })
  return { server, setFault: (fault) => writeFile(faults, fault) }
}
