import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { get } from '../restart/get.ts'
import { tempDir } from '../support/index.ts'
import type { Application } from './application.ts'
import { end, inWords } from './ending.ts'
import { FRAMEWORKS } from './frameworks.ts'
import { INSTALLATION, install } from './installation.ts'
import { start } from './running.ts'

/** What a framework has for its own end at SIGTERM. */
interface Setting {
  readonly name: string
  readonly env: Record<string, string>
}

const applicationOf = (name: string): Application => {
  const found = FRAMEWORKS.find((one) => one.name === name)
  if (found === undefined) throw new Error(`There is no ${name}.`)
  return found
}

function inFolder(name: string): { application: Application; folder: () => string } {
  const application = applicationOf(name)
  let folder = ''
  beforeAll(async () => {
    folder = await install(application.folder)
  }, INSTALLATION)
  return { application, folder: () => folder }
}

const TOO_SHORT: readonly Setting[] = [
  { name: 'SvelteKit, adapter-node', env: { SHUTDOWN_TIMEOUT: '1' } },
  { name: 'Nuxt', env: { NITRO_SHUTDOWN_TIMEOUT: '1000' } },
  { name: 'Nitro, node-server', env: { NITRO_SHUTDOWN_TIMEOUT: '1000' } },
]

describe.each(TOO_SHORT)('$name with $env', ({ name, env }) => {
  const { application, folder } = inFolder(name)

  it('cuts at SIGTERM what takes longer, within drainTimeout', async () => {
    const ending = await end(await start(application, folder(), { way: 'register', env }), application, 15_000)
    console.log(`${name}, ${JSON.stringify(env)}: ${inWords(ending)}`)
    expect(ending.outcome).toMatch(/^lost/)
  })
})

/** With these, only zerodown listens to SIGTERM. */
const OFF: readonly Setting[] = [
  { name: 'Next.js, next start', env: { NEXT_MANUAL_SIG_HANDLE: 'true' } },
  { name: 'Nuxt', env: { NITRO_SHUTDOWN_DISABLED: 'true' } },
  { name: 'Nitro, node-server', env: { NITRO_SHUTDOWN_DISABLED: 'true' } },
]

describe.each(OFF)('$name with $env', ({ name, env }) => {
  const { application, folder } = inFolder(name)

  it('answers what is in flight at SIGTERM, and does not clean up', async () => {
    const ending = await end(await start(application, folder(), { way: 'register', env }), application)
    console.log(`${name}, ${JSON.stringify(env)}: ${inWords(ending)}`)
    expect(ending).toMatchObject({ outcome: 'answered with 200', exit: 0, cleanedUp: [] })
  })

  it('still accepts connections for shutdownDelay', async () => {
    const delay = { ZERODOWN_SHUTDOWN_DELAY: '3000' }
    const { place, server, pid } = await start(application, folder(), { way: 'register', env: { ...env, ...delay } })
    process.kill(pid, 'SIGTERM')
    await server.waitForLog(/shutting down in 3000 ms/)
    expect((await get(place, application.path)).status).toBe(200)
  })
})

describe('SvelteKit, adapter-node', () => {
  const { application, folder } = inFolder('SvelteKit, adapter-node')

  it('does not wait for shutdownDelay: it closes its server at SIGTERM', async () => {
    const env = { ZERODOWN_SHUTDOWN_DELAY: '3000' }
    const { place, server, pid } = await start(application, folder(), { way: 'register', env })
    process.kill(pid, 'SIGTERM')
    await server.waitForLog(/^cleaned up: SIGTERM/)
    await expect(get(place, application.path)).rejects.toThrow(/ECONNREFUSED/)
  })
})

describe('Nuxt', () => {
  const { application, folder } = inFolder('Nuxt')

  it('loads a page when it is first asked for: what a build has removed until then cannot be answered', async () => {
    const release = await tempDir()
    const output = join(release, '.output')
    await cp(join(folder(), '.output'), output, { recursive: true })
    const { place } = await start(application, release, { way: 'bare' })
    await rm(output, { recursive: true })
    await expect(get(place, '/')).rejects.toThrow(/500/)
  })
})
