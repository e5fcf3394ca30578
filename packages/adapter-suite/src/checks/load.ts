import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Check } from '../check.ts'
import { check } from '../check.ts'
import { expectLossless } from '../lossless.ts'

const RESTARTS = 2

export const load: Check = check('loses nothing under load, and no connection is opened again', async (stage) => {
  const server = await stage.start()
  const { reopened } = await expectLossless(server, RESTARTS)
  assert.equal(reopened, 0)
})

export const unixLoad: Check = check('loses nothing under load over a unix socket', async (stage) => {
  const path = join(await stage.tempDir(), 'app.sock')
  const server = await stage.start({ address: `unix:${path}` })
  const { reopened } = await expectLossless(server, RESTARTS)
  assert.equal(reopened, 0)
  assert.deepEqual(server.latest.listening, [path])
})
