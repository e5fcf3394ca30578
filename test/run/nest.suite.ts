import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { until } from '../support/index.ts'
import { startSupervised } from './stage/supervised.ts'

const CASES = ['10', '11', '12'].flatMap((NEST) => ['Express', 'Fastify'].map((PLATFORM) => ({ NEST, PLATFORM })))

const IN_ORDER = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'].map(
  (hook) => `${hook}, 0 open`,
)

/** Nest takes a second of processor time to start, and many where others want the processors, too. ms */
const PATIENCE = 150_000

describe('ZerodownModule under zerodown run -w 2', { timeout: PATIENCE }, () => {
  it.each(CASES)(
    'loses nothing at a restart, and each worker runs the hooks of Nest once, when all is answered: Nest $NEST on $PLATFORM',
    async (env) => {
      const { server, target, roll } = await startSupervised('nest.mjs', { env, ready: false })
      await server.waitForLog(/2 workers serve$/, { timeout: PATIENCE })
      const load = startLoad({
        target: target(),
        workers: [
          { kind: 'keepAlive', connections: 4, thinkTime: [0, 10] },
          { kind: 'fresh', connections: 1, thinkTime: [0, 10] },
          { kind: 'post', connections: 2, size: 5000, chunks: 2, chunkDelay: [0, 5], thinkTime: [0, 10] },
          { kind: 'slow', ms: 100, connections: 1 },
        ],
      })
      cleanUp(() => load.stop(0))
      await load.waitFor(({ ok }) => ok > 50)

      expect(await roll()).toBe('restarted 2 slots')

      await load.waitFor(({ generations }) => (generations[2] ?? 0) > 50)
      const { failed, reopened, firstFailures } = await load.stop()
      expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
      const hooksOf = (generation: number): string[] =>
        server.output.lines.flatMap((line) => new RegExp(`generation ${generation}: (.*)$`).exec(line)?.[1] ?? [])
      await until(
        () => hooksOf(1).length >= 2 * IN_ORDER.length,
        () => `the hooks of two workers. ${server.output}`,
      )
      server.signal('SIGTERM', server.pid)
      expect(await server.waitForExit(server.pid, 30_000)).toBe(0)
      for (const generation of [1, 2])
        expect(hooksOf(generation).toSorted()).toEqual([...IN_ORDER, ...IN_ORDER].toSorted())
    },
  )
})
