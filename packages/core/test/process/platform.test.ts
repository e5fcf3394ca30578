import { describe, expect, it } from 'vitest'
import type { Platform } from '../../src/process/platform.ts'
import { thisPlatform, whyNoRestart } from '../../src/process/platform.ts'
import { capable } from '../support/platform.ts'

const TINI = { pid: 1, args: ['tini', '--', 'node', 'server.js'], names: ['tini'] }

describe('whether this process can start a successor', () => {
  it.each<Partial<Platform>>([
    {},
    { platform: 'darwin' },
    { platform: 'freebsd' },
    { pid: 2 },
    { ancestors: () => [TINI], outlived: true },
  ])('can: %j', (on) => {
    expect(whyNoRestart({ ...capable, ...on })).toBeUndefined()
  })

  it.each<[string, Partial<Platform>, RegExp]>([
    ['on Windows', { platform: 'win32' }, /^Windows cannot pass a listening socket/],
    ['in Bun', { bun: true }, /^Bun does not pass listening sockets .* Run the server with Node\.$/],
    ['in a worker thread', { mainThread: false }, /^this is a worker thread\. Attach the server in the main thread\.$/],
    [
      'in the primary of a cluster',
      { clusterPrimary: true },
      /^this is a cluster's primary, .* `zerodown run -w max`; .* one by one\.$/,
    ],
    ['without the permission', { mayStartProcesses: false }, /^under --permission .* Add --allow-child-process/],
    [
      'in a cluster worker',
      { clusterWorker: true },
      /^this is a cluster worker, .* without cluster, with `zerodown run -w max`\.$/,
    ],
    ['as PID 1', { pid: 1 }, /^this process is PID 1: .* with `zerodown run`, .* replace the container/],
    [
      'in a container that ends with it',
      { ancestors: () => [TINI] },
      /^a successor would not .*tini \(pid 1\) ends .* with `zerodown run`, /,
    ],
  ])('cannot %s, with the reason and what to do', (_, on, reason) => {
    expect(whyNoRestart({ ...capable, ...on })).toMatch(reason)
  })

  it('knows where it is', () => {
    const { platform, pid } = process
    expect(thisPlatform()).toEqual({ ...capable, platform, pid, ancestors: expect.any(Function) })
    // A script between two generations may leave a shell and an unknown PID 1 above the second, which need not concern it.
    expect(thisPlatform(2)).toMatchObject({ outlived: true })
  })
})
