import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { MIXED } from '../../packages/adapter-suite/src/mixed-load.ts'
import { cleanUp } from '../support/clean-up.ts'
import { isAlive, until } from '../support/index.ts'
import { MANAGERS, startUnder } from './stage/manager.ts'

describe.each(MANAGERS)('zerodown run under $title', (manager) => {
  it.runIf(manager.runs)('restarts under load with the same pid, and drains when it is stopped', async () => {
    const { server, target, log, pid, says } = await startUnder(manager)
    const first = pid()
    const load = startLoad({ target, workers: MIXED })
    cleanUp(() => load.stop(0))
    await load.waitFor(({ ok }) => ok > 50)
    for (let times = 1; times <= 3; times += 1) {
      await says('restart')
      await until(
        () => log().match(/restarted 2 slots/g)?.length === times,
        () => `restart ${times}: ${log()}`,
        40_000,
      )
    }
    const { failed, reopened, firstFailures } = await load.stop()
    expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
    expect(pid()).toBe(first)

    const slow = startLoad({ target, workers: [{ kind: 'slow', ms: 2000, requests: 1 }] })
    cleanUp(() => slow.stop(0))
    await slow.waitFor(({ inFlight }) => inFlight === 1)
    await slow.waitFor(({ connectionsOpen }) => connectionsOpen === 1)
    await says('stop')
    expect(await slow.stop()).toMatchObject({ ok: 1, failed: 0 })
    expect(isAlive(first)).toBe(false)
    await says('shutdown')
    await until(
      () => server.alive().length === 0,
      () => `the end of ${server.alive().join()}`,
    )
  })
})
