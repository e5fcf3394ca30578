import { beforeAll, describe, expect, it } from 'vitest'
import { end, inWords } from './ending.ts'
import { FRAMEWORKS } from './frameworks.ts'
import { INSTALLATION, install } from './installation.ts'
import { expectNothingLost } from './restarting.ts'
import { start } from './running.ts'
import { SLOTS } from './way.ts'

describe.each(FRAMEWORKS)('zerodown run -w 2: $name', (application) => {
  const { name, cleansUp = [] } = application
  let folder: string

  beforeAll(async () => {
    folder = await install(application.folder)
  }, INSTALLATION)

  it('restarts all workers under load: no request fails, and no connection is opened again', async () => {
    const running = await start(application, folder, { way: 'run' })
    await expectNothingLost(running, application)
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
