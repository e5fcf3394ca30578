import type { Worker } from '@zerodown/load'

/** Every kind of request that a restart could lose. */
export const MIXED: readonly Worker[] = [
  { kind: 'keepAlive', connections: 8, thinkTime: [0, 10] },
  { kind: 'fresh', connections: 3, thinkTime: [0, 5] },
  { kind: 'fresh', name: 'fresh post', size: 16_256, connections: 2, thinkTime: [0, 10] },
  { kind: 'post', connections: 4, size: 50_000, chunks: 4, chunkDelay: [0, 20], thinkTime: [0, 10] },
  { kind: 'post', name: 'chunked post', connections: 2, size: 20_000, chunks: 3, chunkDelay: [0, 20], chunked: true },
  { kind: 'slow', connections: 2, ms: 150 },
  { kind: 'pipelined', connections: 3, thinkTime: [0, 5] },
  { kind: 'pipelined', name: 'slow pipeline', paths: ['/slow?ms=20', '/', '/stream?chunks=3&ms=5'], connections: 2 },
]
