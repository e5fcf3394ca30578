import { copyFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { beforeAll, expect, it } from 'vitest'
import { MIXED } from '../../packages/adapter-suite/src/mixed-load.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import { cleanUp } from '../support/clean-up.ts'
import { FIXTURES, startServer, tempDir } from '../support/index.ts'
import type { Major } from './installation.ts'
import { CHAIN, binaryOf, installAll, point, throughChain } from './binaries.ts'
import { INSTALLATION } from './installation.ts'

beforeAll(installAll, INSTALLATION)

it('a chain goes through all versions of Node by launch.execPath, up and down: nothing is lost or opened again', async () => {
  const link = join(await tempDir(), 'node')
  const [first] = CHAIN
  await point(link, first)
  const options = { probation: 0, launch: { execPath: link } }
  const server = await startServer('upgrade', { node: binaryOf(first), options })
  const load = startLoad({ target: server.target(), workers: MIXED, maxDuration: 10 * 60_000 })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 100)
  await throughChain(server, link, () => {
    const { ok } = load.stats()
    return load.waitFor((counts) => counts.ok > ok + 100)
  })
  const { requests, failed, reopened, firstFailures } = await load.stop()
  console.log(`${CHAIN.join(' -> ')}: ${requests} requests, ${failed} failed, ${reopened} reopened`)
  expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
})

it.each<[Major, Major]>([
  [20, 24],
  [24, 22],
  [22, 26],
])('a restart takes the binary that has replaced that of Node %i, here Node %i', async (from, to) => {
  const binary = join(await tempDir(), 'node')
  await copyFile(binaryOf(from), binary)
  const server = await startServer('upgrade', { node: binary })
  const load = startLoad({ target: server.target(), workers: MIXED })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 50)
  await copyFile(binaryOf(to), `${binary}.next`)
  await rename(`${binary}.next`, binary)
  const before = server.current()
  await server.restart()
  await server.waitForLog(new RegExp(`generation 2 runs on v${to}\\.`))
  await server.waitForExit(before)
  const { failed, reopened, firstFailures } = await load.stop()
  expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
})

it('workers of zerodown run take the binary that has replaced the one of their supervisor, which stays', async () => {
  const binary = join(await tempDir(), 'node')
  await copyFile(binaryOf(22), binary)
  const { server, target, roll } = await startSupervised(join(FIXTURES, 'upgrade.mjs'), { node: binary })
  const load = startLoad({ target: target(), workers: MIXED })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 50)
  await copyFile(binaryOf(26), `${binary}.next`)
  await rename(`${binary}.next`, binary)
  expect(await roll()).toMatch(/restarted 2 slots/)
  await server.waitForLog(/generation 2 runs on v26\./)
  const { failed, reopened, firstFailures } = await load.stop()
  expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
})
