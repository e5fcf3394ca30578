import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startServer, tempDir } from '../support/index.ts'
import { expectLossless } from './lossless.ts'

const RESTARTS = 3

/** Nest takes a second of processor time to start, and many where others want the processors, too. ms */
const PATIENCE = 150_000

describe.each([
  ['Express 4', 'express', { EXPRESS: '4' }],
  ['Express 5', 'express', { EXPRESS: '5' }],
  ['Fastify 4', 'fastify', { FASTIFY: '4' }],
  ['Fastify 5', 'fastify', { FASTIFY: '5' }],
  ['Koa 2', 'koa', { KOA: '2' }],
  ['Koa 3', 'koa', { KOA: '3' }],
  ['Nest', 'nest', {}],
  ['Hono', 'hono', {}],
])('loses nothing of an application of %s', { timeout: PATIENCE }, (_, fixture, env) => {
  it('over TCP', async () => {
    const server = await startServer(fixture, { env })
    await expectLossless(server, RESTARTS)
  })

  it('over a unix socket', async () => {
    const path = join(await tempDir(), 'app.sock')
    const server = await startServer(fixture, { address: `unix:${path}`, env })
    await expectLossless(server, RESTARTS)
    expect(server.latest.listening).toEqual([path])
  })
})
