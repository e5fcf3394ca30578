import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { beforeAll, expect, it } from 'vitest'
import { get } from '../restart/get.ts'
import { cleanUp } from '../support/clean-up.ts'
import { tempDir } from '../support/index.ts'
import type { Application } from './application.ts'
import { FRAMEWORKS } from './frameworks.ts'
import { INSTALLATION, install } from './installation.ts'
import type { Running } from './running.ts'
import { start } from './running.ts'

let application: Application
let folder: string

beforeAll(async () => {
  const found = FRAMEWORKS.find(({ name }) => name === 'Next.js, next start')
  if (found === undefined) throw new Error('There is no such application.')
  application = found
  folder = await install(found.folder)
}, INSTALLATION)

interface Loaded {
  readonly running: Running
  load(): Promise<void>
  fail(): Promise<void>
}

/** A server that has loaded, and whose successor does not before `load()`, or fails to by `fail()`. */
async function startLoaded(env: Record<string, string>): Promise<Loaded> {
  const data = await tempDir()
  const [loaded, written] = [join(data, 'loaded'), join(data, 'written')]
  // Nobody may read a part of it.
  const put = async (why: string): Promise<void> => {
    await writeFile(written, why)
    await rename(written, loaded)
  }
  const [load, fail] = [() => put(''), () => put('no such table: users')]
  await load()
  const running = await start(application, folder, {
    way: 'register',
    env: { LOADED: loaded, ZERODOWN_PROBATION: '0', ...env },
  })
  await rm(loaded)
  return { running, load, fail }
}

it('Next.js takes over when it listens, and lets requests wait until it has loaded', async () => {
  const { running, load } = await startLoaded({})
  await running.commit()
  const from = running.server.output.lines.length
  const answer = get(running.place, '/identity')
  await load()
  await running.server.waitForLog(/^loaded$/, { from })
  expect((await answer).status).toBe(200)
})

it('with ZERODOWN_READINESS=manual and zerodown.ready() in register() of instrumentation.js, it takes over when it has loaded', async () => {
  const { running, load } = await startLoaded({ ZERODOWN_READINESS: 'manual' })
  const { output } = running.server
  const from = output.lines.length
  const committed = running.commit()
  await running.server.waitForLog(/generation 2 listens on/, { from })
  await load()
  await committed
  const said = output.lines.slice(from)
  const [loaded, taken] = [/^loaded$/, /has taken over/].map((line) => said.findIndex((one) => line.test(one)))
  expect(loaded).toBeGreaterThanOrEqual(0)
  expect(loaded).toBeLessThan(taken ?? -1)
})

it('Next.js that cannot load answers with 500, and has taken over', async () => {
  const { running, fail } = await startLoaded({})
  await running.commit()
  const answer = get(running.place, '/identity').catch(String)
  await fail()
  expect(await answer).toMatch(/500/)
})

it('with ZERODOWN_READINESS=manual and an exit where it cannot load, the restart is rolled back, and nobody had an answer of it', async () => {
  const { running, fail } = await startLoaded({ ZERODOWN_READINESS: 'manual' })
  const { pid, server, place } = running
  const load = startLoad({ target: place, workers: [{ kind: 'fresh', connections: 4, path: '/identity' }] })
  cleanUp(() => load.stop(0))
  process.kill(pid, 'SIGUSR2')
  await server.waitForLog(/generation 2 listens on/)
  const { ok } = load.stats()
  await load.waitFor((stats) => stats.ok >= ok + 50)
  await fail()
  await server.waitForLog(/restart failed: .* exited with code 1 before it was ready/)
  expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })
  expect((await get(place, '/identity')).status).toBe(200)
  expect(running.pid).toBe(pid)
})
