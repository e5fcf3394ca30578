import type { Worker } from '@zerodown/load'

/** On an application that has `/identity`, `/slow` and `/echo`, as those have that are written here. */
export const WORKERS: readonly Worker[] = [
  { kind: 'keepAlive', path: '/identity', connections: 6, thinkTime: [0, 20] },
  { kind: 'fresh', path: '/identity', connections: 2, thinkTime: [0, 20] },
  { kind: 'post', size: 20_000, chunks: 2, chunkDelay: [0, 10], connections: 3, thinkTime: [0, 20] },
  { kind: 'slow', ms: 150, connections: 2 },
  { kind: 'pipelined', paths: ['/identity', '/identity', '/identity'], connections: 2, thinkTime: [0, 20] },
]

/** On one that can be asked by GET only. */
export function reading(...paths: string[]): Worker[] {
  return paths.flatMap((path): Worker[] => [
    { kind: 'keepAlive', name: `kept ${path}`, path, connections: 4, thinkTime: [0, 20] },
    { kind: 'fresh', name: `fresh ${path}`, path, connections: 2, thinkTime: [0, 20] },
  ])
}
