import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startServer, tempDir } from '../support/index.ts'
import { expectLossless } from './lossless.ts'

const RESTARTS = 5

it.each(['4', '5'])('loses nothing of an Express %s application over TCP', async (version) => {
  const server = await startServer('express', { env: { EXPRESS: version } })
  await expectLossless(server, RESTARTS)
})

it.each(['4', '5'])('loses nothing of an Express %s application over a unix socket', async (version) => {
  const path = join(await tempDir(), 'express.sock')
  const server = await startServer('express', { address: `unix:${path}`, env: { EXPRESS: version } })
  await expectLossless(server, RESTARTS)
  expect(server.latest.listening).toEqual([path])
})
