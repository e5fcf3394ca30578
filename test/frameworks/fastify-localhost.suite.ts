import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { startServer } from '../support/index.ts'
import { generationAt } from '../restart/get.ts'
import { MIXED } from '../../packages/adapter-suite/src/mixed-load.ts'
import { PATIENCE } from './ways.ts'

const RESTARTS = 3

/** Fastify's default: all that `localhost` means. */
describe.each(['4', '5'])('Fastify %s on localhost', { timeout: PATIENCE }, (FASTIFY) => {
  it('answers on both addresses before, during and after each restart, and moves the connections of both', async () => {
    const server = await startServer('fastify', { address: 'localhost:0', env: { FASTIFY, LOG: 'info' } })
    const { listening } = server.latest
    expect(listening).toMatchObject([{ address: '127.0.0.1' }, { address: '::1', port: server.port }])
    const loads = [0, 1].map((at) => startLoad({ target: server.target(at), workers: MIXED }))

    for (let generation = 2; generation <= RESTARTS + 1; generation++) {
      const { pid } = server.latest
      expect(await server.restart()).toMatchObject({ generation, listening })
      for (const load of loads) await load.waitFor(({ generations }) => (generations[generation] ?? 0) >= 20, 30_000)
      await server.waitForExit(pid, 30_000)
      for (const at of [0, 1]) expect(await generationAt(server.target(at))).toBe(generation)
      await server.waitForLog(/Server listening at http:\/\/\[::1\]/)
    }

    for (const load of loads) {
      const { requests, ok, failed, firstFailures, reopened } = await load.stop()
      expect({ failed, firstFailures, reopened }).toEqual({ failed: 0, firstFailures: [], reopened: 0 })
      expect(ok).toBe(requests)
    }
    await server.waitForLog(/generation 3: application closed/)
  })
})
