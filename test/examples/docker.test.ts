import { spawnSync } from 'node:child_process'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { MIXED } from '../../packages/adapter-suite/src/mixed-load.ts'
import { parseRun } from '../../packages/zerodown/src/cli/run/arguments.ts'
import { INITS } from '../run/stage/container.ts'
import { cleanUp } from '../support/clean-up.ts'
import { textOf, yamlOf } from './stage/files.ts'
import { startAsFirst } from './stage/first-process.ts'

/** What the supervisor waits for after `shutdownDelay` and `drainTimeout` before it kills a worker. ms */
const HOOKS = 10_000

interface Compose {
  readonly services: {
    readonly app: { readonly stop_grace_period: string; readonly healthcheck: { readonly test: readonly string[] } }
  }
}

const [itself] = INITS
const dockerfile = await textOf('docker/Dockerfile')
const { app } = (await yamlOf<Compose>('docker/compose.yaml')).services
const command = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[]
const [, , ...healthCheck] = app.healthcheck.test

/** The exit code of the health check, asked at another port. */
const healthAt = (port: number): number | null =>
  spawnSync(
    process.execPath,
    healthCheck.map((word) => word.replace('8080', String(port))),
  ).status

describe(`examples/docker, without Docker: the command of the Dockerfile, with ${itself?.title} as PID 1`, () => {
  it.runIf(itself?.runs)('restarts under load without a lost request, is healthy, and ends with 0', async () => {
    const { server, first, target } = await startAsFirst(command)
    const load = startLoad({ target, workers: MIXED })
    cleanUp(() => load.stop(0))
    await load.waitFor(({ ok }) => ok > 50)
    server.signal('SIGUSR2', first)
    await server.waitForLog(/restarted 2 slots/, { timeout: 60_000 })
    expect(healthAt(target.port)).toBe(0)
    const { failed, reopened, firstFailures } = await load.stop()
    expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })

    server.signal('SIGTERM', first)
    expect(await server.waitForExit(server.pid, 40_000)).toBe(0)
    expect(server.alive()).toEqual([])
    expect(healthAt(target.port)).toBe(1)
  })
})

describe('examples/docker', () => {
  it('has zerodown in the PATH, and the program in the folder, that its command names', () => {
    expect(dockerfile).toContain('ENV PATH=/app/node_modules/.bin:$PATH')
    expect(dockerfile).toContain('WORKDIR /app')
    expect([command[0], command.at(-1)]).toEqual(['zerodown', 'server.js'])
  })

  it('gives it the time to stop that it takes', () => {
    const options = parseRun(command.slice(2))
    if (options === 'help') throw new Error('asks for help')
    const seconds = Number(/^(\d+)s$/.exec(app.stop_grace_period)?.[1])
    expect(seconds * 1000).toBeGreaterThanOrEqual(Number(options.drainTimeout) + (options.shutdownDelay ?? 0) + HOOKS)
  })
})
