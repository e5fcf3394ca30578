import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { generationAt } from '../restart/get.ts'
import { restartAndSettle } from '../restart/settle.ts'
import { startServer, tempDir } from '../support/index.ts'

it('has its unix path after the old one left, and after the next upgrade too', async () => {
  const path = join(await tempDir(), 'upgrade.sock')
  const server = await startServer('http', { address: `unix:${path}` })
  for (const generation of [2, 3]) {
    await restartAndSettle(server)
    expect(existsSync(path)).toBe(true)
    expect(await generationAt(server.target())).toBe(generation)
  }
})
