import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectLossless } from '../restart/lossless.ts'
import { startServer, tempDir } from '../support/index.ts'
import { startRegistered } from './start.ts'

const RESTARTS = 2

describe.each([
  ['node:http', 'http', {}],
  ['Express 5', 'express', { EXPRESS: '5' }],
  ['Koa 3', 'koa', { KOA: '3' }],
])('loses nothing of an application of %s that has never heard of zerodown', (_, name, env) => {
  it.each(['mjs', 'cjs'])('written as %s', async (kind) => {
    const server = await startRegistered(`register/${name}.${kind}`, { env })
    const { reopened } = await expectLossless(server, RESTARTS)
    expect(reopened).toBe(0)
  })
})

it('loses nothing over a unix socket, with NODE_OPTIONS', async () => {
  const path = join(await tempDir(), 'app.sock')
  const server = await startRegistered('register/http.cjs', { address: `unix:${path}`, by: 'NODE_OPTIONS' })
  await expectLossless(server, RESTARTS)
  expect(server.latest.listening).toEqual([path])
})

it('leaves to an application what it does by itself', async () => {
  const server = await startServer('express', { nodeArgs: ['--import', 'zerodown/register'] })
  await expectLossless(server, 2)
  expect(`${server.output}`).not.toContain('register:')
})
