import { spawnSync } from 'node:child_process'
import { it } from 'vitest'
import { expectLossless } from '../restart/lossless.ts'
import { startRegistered } from './start.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath
/** Node 22.18 and later run TypeScript as it is. */
const strips = spawnSync(NODE, ['-p', 'process.features.typescript'], { encoding: 'utf8' }).stdout.trim() === 'strip'

it.runIf(strips)('restarts a program in TypeScript that Node runs as it is', async () => {
  const server = await startRegistered('register/http.ts')
  await expectLossless(server, 2)
})

it('restarts a program in TypeScript that tsx runs', async () => {
  const server = await startRegistered('register/http.ts', { nodeArgs: ['--import', 'tsx'] })
  await expectLossless(server, 2)
})
