import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startServer, tempDir } from '../support/index.ts'
import { expectLossless } from './lossless.ts'

const RESTARTS = 5

it.each(['2', '3'])('loses nothing of a Koa %s application over TCP', async (version) => {
  const server = await startServer('koa', { env: { KOA: version } })
  await expectLossless(server, RESTARTS)
})

it.each(['2', '3'])('loses nothing of a Koa %s application over a unix socket', async (version) => {
  const path = join(await tempDir(), 'koa.sock')
  const server = await startServer('koa', { address: `unix:${path}`, env: { KOA: version } })
  await expectLossless(server, RESTARTS)
  expect(server.latest.listening).toEqual([path])
})
