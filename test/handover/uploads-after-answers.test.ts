import { expect, it } from 'vitest'
import type { Line } from './random/line.ts'
import { sayThroughRestarts } from './random/same-answers.ts'
import { startGenerations } from './stage/server.ts'

/** Answered before its upload is over, which goes on by itself; and the next request comes right behind it. */
const line: Line = {
  asks: [
    { waits: true, get: 12 },
    { waits: true, early: 150_000 },
    { waits: true, get: 12, ms: 11 },
    { waits: true, get: 12 },
  ],
  cuts: [],
  restarts: [
    { ask: 0, part: 'head', offset: 17 },
    { ask: 1, part: 'head', offset: 18 },
  ],
}

it('a request behind an upload that outlasted its answer is not lost when the connection moves just then', async () => {
  for (let round = 0; round < 3; round++) {
    const server = await startGenerations()
    const answers = await sayThroughRestarts([line, line, line, line], server)
    expect(answers.flat().map(({ status }) => status)).toEqual(Array(16).fill(200))
    server.signal('SIGTERM')
    expect(await server.waitForExit()).toBe(0)
  }
})
