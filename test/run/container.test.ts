import { spawnSync } from 'node:child_process'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { MIXED } from '../../packages/adapter-suite/src/mixed-load.ts'
import { cleanUp } from '../support/clean-up.ts'
import { startSupervised } from './stage/supervised.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath
const CONTAINER = ['--pid', '--fork', '--kill-child', '--mount-proc']

it.runIf(spawnSync('unshare', [...CONTAINER, 'true']).status === 0)(
  'as PID 1 of a container it restarts its server without a lost request, and ends with 0',
  async () => {
    const { server, target } = await startSupervised('register/http.mjs', {
      slots: 2,
      node: 'unshare',
      nodeArgs: [...CONTAINER, NODE],
    })
    const inner =
      server
        .alive()
        .filter((pid) => pid !== server.pid)
        .toSorted((one, other) => one - other)[0] ?? 0
    const load = startLoad({ target: target(), workers: MIXED })
    cleanUp(() => load.stop(0))
    await load.waitFor(({ ok }) => ok > 50)
    let from = 0
    for (let times = 0; times < 3; times += 1) {
      server.signal('SIGUSR2', inner)
      await server.waitForLog(/restarted 2 slots/, { from, timeout: 60_000 })
      from = server.output.lines.findLastIndex((line) => line.includes('restarted 2 slots')) + 1
    }
    expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0 })
    server.signal('SIGTERM', inner)
    expect(await server.waitForExit()).toBe(0)
  },
)
