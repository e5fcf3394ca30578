import { join } from 'node:path'
import type { Worker } from '@zerodown/load'
import { expect, it } from 'vitest'
import { tempDir } from '../support/index.ts'
import { expectUnnoticed } from './stage/restarts.ts'
import { startGenerations } from './stage/server.ts'

const EVERY_KIND: readonly Worker[] = [
  { kind: 'keepAlive', connections: 5, thinkTime: [0, 50] },
  { kind: 'fresh', connections: 1, thinkTime: [0, 50] },
  { kind: 'post', connections: 3, size: 30_000, chunks: 4, chunkDelay: [0, 10], chunked: true, thinkTime: [0, 50] },
  { kind: 'slow', connections: 1, ms: 50 },
  { kind: 'pipelined', connections: 2, thinkTime: [0, 50] },
  { kind: 'pipelined', name: 'apart', connections: 2, apart: true, thinkTime: [0, 50] },
  { kind: 'pipelined', name: 'slow pipeline', paths: ['/slow?ms=20', '/', '/stream?chunks=3&ms=5'] },
]

it('moves every connection of several servers, over TCP and a unix socket, and no client notices', async () => {
  const path = join(await tempDir(), 'socket')
  const server = await startGenerations({ address: `127.0.0.1:0,unix:${path},127.0.0.1:0` })

  const loads = await expectUnnoticed(server, EVERY_KIND, { restarts: 10 })

  for (const load of loads) expect(Object.keys(load.stats().generations)).toHaveLength(11)
})
