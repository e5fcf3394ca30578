import { join } from 'node:path'
import { expect, it } from 'vitest'
import { descriptorsAtRest } from '../restart/descriptors.ts'
import { restartAndSettle } from '../restart/settle.ts'
import { startServer, tempDir } from '../support/index.ts'

const RESTARTS = 8

it('has no more descriptors open after many restarts than after the first', async () => {
  const socket = join(await tempDir(), 'fds.sock')
  const server = await startServer('descriptors', { address: `127.0.0.1:0,127.0.0.1:0,unix:${socket}` })
  await restartAndSettle(server)
  const first = await descriptorsAtRest(server)

  for (let restart = 2; restart <= RESTARTS; restart++) {
    expect(await restartAndSettle(server)).toMatchObject({ generation: restart + 1 })
    expect(await descriptorsAtRest(server)).toBe(first)
  }
})
