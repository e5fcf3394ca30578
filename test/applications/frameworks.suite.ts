import { startLoad } from '@zerodown/load'
import { beforeAll, describe, expect, it } from 'vitest'
import { end, inWords } from './ending.ts'
import { FRAMEWORKS } from './frameworks.ts'
import { INSTALLATION, install } from './installation.ts'
import { start } from './running.ts'
import { SLOTS } from './way.ts'

const RESTARTS = 2

describe.each(FRAMEWORKS)('zerodown run -w 2: $name', (application) => {
  const { name, workers, cleansUp = [] } = application
  let folder: string

  beforeAll(async () => {
    folder = await install(application.folder)
  }, INSTALLATION)

  it('restarts all workers under load: no request fails, and no connection is opened again', async () => {
    const running = await start(application, folder, { way: 'run' })
    const load = startLoad({ target: running.place, workers })
    await load.waitFor(({ ok }) => ok > 100)
    for (let restart = 1; restart <= RESTARTS; restart++) {
      await running.commit()
      await running.predecessorGone()
      const { ok } = load.stats()
      await load.waitFor((counts) => counts.ok > ok + 100)
    }
    const { requests, ok, failed, reopened, firstFailures } = await load.stop()
    console.log(`${name}: ${RESTARTS} restarts, ${requests} requests, ${failed} failed, ${reopened} reopened`)
    expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
    expect(ok).toBe(requests)
    expect(running.server.alive()).toHaveLength(1 + SLOTS)
    expect(running.server.alive()).toContain(running.pid)
  })

  it('is ended by SIGTERM with a request in flight: it is answered, and each worker cleans up', async () => {
    const ending = await end(await start(application, folder, { way: 'run' }), application)
    console.log(`${name}, SIGTERM: ${inWords(ending)}`)
    expect(ending).toMatchObject({ outcome: 'answered with 200', exit: 0 })
    expect([...new Set(ending.cleanedUp)].toSorted()).toEqual([...cleansUp].toSorted())
  })
})
