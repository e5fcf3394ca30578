import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startServer, tempDir } from '../support/index.ts'
import { generationAt, get } from './get.ts'

it('aborts zerodown.draining when the drain starts, so that a stream can end in good order', async () => {
  const faults = join(await tempDir(), 'faults')
  const server = await startServer('draining', { env: { FAULT_FILE: faults } })
  const stream = get(server.target(), '/endless', 60_000)
  await server.waitForLog(/the stream is open/)

  // A restart that fails is none: nothing drains.
  await writeFile(faults, 'exit1')
  server.signal('SIGUSR2')
  await server.waitForLog(/the restart failed/)
  expect(await Promise.race([stream, generationAt(server.target())])).toBe(1)

  await writeFile(faults, '')
  await server.restart()
  expect((await stream).body.toString()).toBe('and so on, to an end in good order')
  await server.waitForExit()
  await server.waitForLog(/drained: .* 0 cut/)
})
