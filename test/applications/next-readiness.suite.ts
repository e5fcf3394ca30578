import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { get } from '../restart/get.ts'
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

/** A server that has loaded, and whose successor does not before `load()`. */
async function startLoaded(env: Record<string, string>): Promise<{ running: Running; load: () => Promise<void> }> {
  const loaded = join(await tempDir(), 'loaded')
  const load = (): Promise<void> => writeFile(loaded, '')
  await load()
  const running = await start(application, folder, {
    way: 'register',
    env: { LOADED: loaded, ZERODOWN_PROBATION: '0', ...env },
  })
  await rm(loaded)
  return { running, load }
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
