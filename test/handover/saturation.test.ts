import { describe, it } from 'vitest'
import { expectUnnoticed } from './stage/restarts.ts'
import { startGenerations } from './stage/server.ts'

/** Generations overtake each other: one is told to leave while connections still come to it. */
describe('without a pause between requests or restarts', () => {
  it('moves connections that are kept', async () => {
    const server = await startGenerations()
    await expectUnnoticed(server, [{ kind: 'keepAlive', connections: 20 }], { restarts: 6, atOnce: true })
  })

  it('moves connections with uploads and pipelines', async () => {
    const server = await startGenerations()
    await expectUnnoticed(
      server,
      [
        { kind: 'post', connections: 10, size: 30_000, chunks: 2 },
        { kind: 'pipelined', connections: 5 },
        { kind: 'pipelined', name: 'apart', connections: 5, apart: true },
      ],
      { restarts: 6, atOnce: true },
    )
  })
})
