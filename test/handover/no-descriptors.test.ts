import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempDir } from '../support/index.ts'
import { askUntilSettled } from './stage/ask-until.ts'
import { counts, ledgerOf, told } from './stage/events.ts'
import { openUsed, restartAndCommit, startGenerations } from './stage/server.ts'
import { generationOf } from './stage/wire.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

it('a successor out of file descriptors gets what fits, and the rest is served where it was', async () => {
  // Linux drops the descriptor of a message that the receiver has no room for.
  const execPath = join(await tempDir(), 'node')
  await writeFile(execPath, `#!/bin/sh\nulimit -n 100\nexec '${NODE}' "$@"\n`, { mode: 0o755 })
  const server = await startGenerations({
    options: { launch: { execPath } },
    generations: { 2: { leaveDescriptors: 5 } },
  })
  const wires = await openUsed(server.target(), 20)

  await restartAndCommit(server)
  const answeredBy = await Promise.all(wires.map(askUntilSettled))

  const moved = answeredBy.filter((generation) => generation === 2).length
  expect(moved).toBeGreaterThan(0)
  // At the commit it closes what it holds of its inheritance for others, which makes a little more room.
  expect(moved).toBeLessThan(20)
  expect(await ledgerOf(server, 1)).toEqual(counts({ handedOver: moved, finished: 20 - moved }))
  expect(await told(server, 2, 'received')).toMatchObject({ connections: moved })
  expect(await server.waitForExit()).toBe(0)
  // Whoever was told to close may not have heard the end yet.
  const there = wires.filter((_, at) => answeredBy[at] === 2)
  expect((await Promise.all(there.map((wire) => wire.ask()))).map(generationOf)).toEqual(Array(moved).fill(2))
})
