import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { startServer, tempDir } from '../support/index.ts'

it('goes on with the last good generation, whichever of its successors fail', async () => {
  const faults = join(await tempDir(), 'faults')
  const server = await startServer('http', { env: { FAULT_FILE: faults } })
  const load = startLoad({
    target: server.target(),
    workers: [
      { kind: 'keepAlive', connections: 3, thinkTime: [0, 10] },
      { kind: 'fresh', connections: 3, thinkTime: [0, 5] },
    ],
  })

  // Good and bad in turn, as a release that needs three tries.
  for (const good of [2, 3, 4]) {
    await writeFile(faults, 'exit1')
    for (const _ of ['first try', 'second try']) {
      const from = server.output.lines.length
      server.signal('SIGUSR2')
      await server.waitForLog(/exited with code 1 before it was ready/, { from })
      expect(server.latest.generation).toBe(good - 1)
      const answered = load.stats().generations[good - 1] ?? 0
      await load.waitFor(({ generations }) => (generations[good - 1] ?? 0) >= answered + 20)
    }
    await writeFile(faults, '')
    expect(await server.restart()).toMatchObject({ generation: good })
    await load.waitFor(({ generations }) => (generations[good] ?? 0) >= 20)
  }

  expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })
  expect(server.zombies()).toEqual([])
})
