import { join } from 'node:path'
import { it } from 'vitest'
import { startServer, tempDir } from '../support/index.ts'
import { expectLossless } from './lossless.ts'

const RESTARTS = 10

it('loses nothing under mixed load over TCP', async () => {
  const server = await startServer('http', { address: '127.0.0.1:0' })
  await expectLossless(server, RESTARTS)
})

it('loses nothing under mixed load over a unix socket', async () => {
  const server = await startServer('http', { address: `unix:${join(await tempDir(), 'http.sock')}` })
  await expectLossless(server, RESTARTS)
})
