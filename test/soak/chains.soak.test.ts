import { expect, it } from 'vitest'
import type { Answer } from '../restart/chains.ts'
import { ask } from '../restart/chains.ts'
import { startServer, until } from '../support/index.ts'

const RESTARTS = 20

it('20 restarts in quick succession with requests of 10 s in flight: all are answered', async () => {
  const server = await startServer('http', { options: { probation: 0, drainTimeout: 60_000, maxGenerations: 30 } })
  const target = server.target()
  const answers: Answer[] = []
  let most = 0
  const over = new AbortController()
  const clients = Array.from({ length: 10 }, async () => {
    while (!over.signal.aborted) {
      const answer = await ask(target, 10)
      answers.push(answer)
      // The next one begins soon, in whichever process.
      await Promise.race([answer.end, new Promise((resolve) => setTimeout(resolve, 200))])
    }
  })
  const began = performance.now()
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    await server.restart()
    most = Math.max(most, server.alive().length)
  }
  const took = performance.now() - began
  over.abort()
  await Promise.all(clients)
  const ends = await Promise.all(answers.map(({ end }) => end))
  console.log(
    `${RESTARTS} restarts in ${(took / 1000).toFixed(1)} s; ${ends.length} requests of 10 s, in ` +
      `${new Set(answers.map(({ generation }) => generation)).size} generations; ${most} processes at most`,
  )
  expect(ends.filter((end) => end === 'cut')).toEqual([])
  expect(server.output.toString()).not.toMatch(/maxGenerations|[1-9]\d* cut/)
  await until(() => server.alive().length === 1, 'the end of all predecessors', 30_000)
})
