import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FIXTURES, startServer } from '../support/index.ts'
import { generationAt } from './get.ts'
import { restartAndSettle } from './settle.ts'

it('restarts a CommonJS program, which gets the default export from require()', async () => {
  const server = await startServer(join(FIXTURES, 'commonjs.cjs'))
  for (const generation of [2, 3]) {
    expect(await restartAndSettle(server)).toMatchObject({ generation })
    expect(await generationAt(server.target())).toBe(generation)
  }
})
