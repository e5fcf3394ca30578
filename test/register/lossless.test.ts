import { join } from 'node:path'
import { expect, it } from 'vitest'
import { expectLossless } from '../restart/lossless.ts'
import { startServer, tempDir } from '../support/index.ts'
import { startRegistered } from './start.ts'

// With the option, and for each framework: test/frameworks.

it('loses nothing over a unix socket, with NODE_OPTIONS', async () => {
  const path = join(await tempDir(), 'app.sock')
  const server = await startRegistered('register/http.cjs', { address: `unix:${path}`, by: 'NODE_OPTIONS' })
  await expectLossless(server, 2)
  expect(server.latest.listening).toEqual([path])
})

it('leaves to an application what it does by itself', async () => {
  const server = await startServer('express', { nodeArgs: ['--import', 'zerodown/register'] })
  await expectLossless(server, 2)
  expect(`${server.output}`).not.toContain('register:')
})
