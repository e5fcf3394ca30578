import { expect, it } from 'vitest'
import { expectUnnoticed } from './stage/restarts.ts'
import { commit, openUsed, startGenerations } from './stage/server.ts'
import { generationOf } from './stage/wire.ts'

const busy = { 2: { busy: 1000 } }

it('while the successor is too busy to receive, all connections but one stay in service', async () => {
  const server = await startGenerations({ generations: busy })
  const wires = await openUsed(server.target(), 20)

  await commit(server)
  const answers = await Promise.all(wires.map((wire) => wire.ask()))

  expect(answers.filter((answer) => generationOf(answer) === 1).length).toBeGreaterThanOrEqual(19)
  expect(answers.some(({ close }) => close)).toBe(false)
  expect(await server.waitForExit()).toBe(0)
  expect((await Promise.all(wires.map((wire) => wire.ask()))).map(generationOf)).toEqual(Array(20).fill(2))
})

it('a load on a successor that is busy at first loses nothing', async () => {
  const server = await startGenerations({ generations: busy })
  await expectUnnoticed(
    server,
    [
      { kind: 'keepAlive', connections: 8, thinkTime: [0, 20] },
      { kind: 'post', connections: 4, size: 30_000, chunks: 4, chunkDelay: [0, 20], thinkTime: [0, 20] },
    ],
    { restarts: 2 },
  )
})
