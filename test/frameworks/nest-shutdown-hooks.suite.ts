import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { beginSlow, expectSlowAnswer } from '../../packages/adapter-suite/src/slow-answer.ts'
import { Wire } from '../../packages/adapter-suite/src/wire.ts'
import { startServer } from '../support/index.ts'
import { PATIENCE } from './ways.ts'

const HOOKS = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown']

const CASES = ['10', '11', '12'].flatMap((NEST) =>
  ['Express', 'Fastify'].flatMap((PLATFORM) =>
    [true, false].map((enabled) => ({
      title: `Nest ${NEST} on ${PLATFORM}, ${enabled ? 'closed twice, with' : 'without'} enableShutdownHooks()`,
      env: { NEST, PLATFORM, ...(enabled ? { SHUTDOWN_HOOKS: 'enabled' } : {}) },
    })),
  ),
)

/** A request that is being answered. */
const beginAt = async (server: ServerProcess): Promise<Wire> => beginSlow(await Wire.open(server.target()))

/** What a generation said of its hooks, with the number of requests that had no answer yet. */
const hooksOf = (server: ServerProcess, generation: number): string[] =>
  server.output.lines.flatMap((line) => new RegExp(`^generation ${generation}: (.*)$`).exec(line)?.[1] ?? [])

const IN_ORDER = HOOKS.map((hook) => `${hook}, 0 open`)

describe('the shutdown hooks of Nest', { timeout: PATIENCE }, () => {
  // Not side by side: what a test starts ends with the test that runs then, vitest's onTestFinished.
  it.each(CASES)('run once, when all is answered, after a restart and at SIGTERM: $title', async ({ env }) => {
    const server = await startServer('nest', { env })
    const { pid, generation } = server.latest

    const slow = await beginAt(server)
    expect(server.output.lines.join()).not.toMatch(/listens to it as well/)
    await server.restart()
    await expectSlowAnswer(slow)
    expect(await server.waitForExit(pid, 30_000)).toBe(0)
    expect(hooksOf(server, generation)).toEqual(IN_ORDER)

    const last = server.latest
    const slowAgain = await beginAt(server)
    server.signal('SIGTERM', last.pid)
    await expectSlowAnswer(slowAgain)
    expect(await server.waitForExit(last.pid, 30_000)).toBe(0)
    expect(hooksOf(server, last.generation)).toEqual(IN_ORDER)
  })
})
