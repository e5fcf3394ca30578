import { expect, it } from 'vitest'
import { counts, ledgerOf } from './stage/events.ts'
import { openUsed, restartAndLeave, startGenerations } from './stage/server.ts'
import { generationOf } from './stage/wire.ts'

const CONNECTIONS = 20

/** As on a machine whose processors all want: it warms up for a while, and not for 300 of its turns. */
it('to a successor whose every turn takes long all connections move before the time is up', async () => {
  const server = await startGenerations({
    options: { drainTimeout: 8000 },
    generations: { 2: { sluggish: 50 } },
  })
  const wires = await openUsed(server.target(), CONNECTIONS)

  await restartAndLeave(server)

  expect(await ledgerOf(server, 1)).toEqual(counts({ handedOver: CONNECTIONS }))
  const answers = await Promise.all(wires.map((wire) => wire.ask()))
  expect(answers.map(generationOf)).toEqual(Array(CONNECTIONS).fill(2))
})
