import { beforeAll, describe, expect, it } from 'vitest'
import { APPLICATIONS } from './applications.ts'
import { end, inWords } from './ending.ts'
import { INSTALLATION, install } from './installation.ts'
import { ask } from './question.ts'
import { expectNothingLost } from './restarting.ts'
import { start } from './running.ts'

const ANSWERED = /^answered with 20[01]$/

/** How long a request takes that is still in flight when a successor has taken over, in ms. */
const AFTER_THE_COMMIT = 10_000

describe.each(APPLICATIONS)('$name', (application) => {
  const { name, question, cleansUp = [], destroys = false } = application
  const atTheEnd = destroys ? /^lost/ : ANSWERED
  let folder: string

  beforeAll(async () => {
    folder = await install(application.folder)
  }, INSTALLATION)

  it('restarts under load: no request fails, and no connection is opened again', async () => {
    const running = await start(application, folder, { way: 'register' })
    await expectNothingLost(running, application)
    expect(running.server.alive()).toEqual([running.pid])
    expect((await end(running, application)).outcome).toMatch(atTheEnd)
  })

  it('restarts with a request in flight: it is answered, and the process that leaves cleans up as at SIGTERM', async () => {
    const env = { ZERODOWN_SIGNALS_LEAVE: 'SIGTERM', ZERODOWN_PROBATION: '0' }
    const running = await start(application, folder, { way: 'register', env })
    const asked = await ask(running.place, question(AFTER_THE_COMMIT))
    await running.commit()
    await asked.checkInFlight()
    expect(await asked.finish()).toMatch(ANSWERED)
    await running.predecessorGone()
    const { output } = running.server
    await output.watch.until(
      () => running.cleanedUp.length >= cleansUp.length,
      () => `its cleaning up. ${output}`,
    )
    expect(running.cleanedUp.toSorted()).toEqual(cleansUp.toSorted())
  })

  it('is ended by SIGTERM with a request in flight as without zerodown, or better', async () => {
    const without = await end(await start(application, folder, { way: 'bare' }), application)
    const ending = await end(await start(application, folder, { way: 'register' }), application)
    console.log(`${name}, SIGTERM: ${inWords(ending)}; without zerodown: ${inWords(without)}`)
    expect(ending.outcome).toMatch(atTheEnd)
    expect(without.cleanedUp.toSorted()).toEqual(cleansUp.toSorted())
    expect(ending.cleanedUp).toEqual(without.cleanedUp)
    expect([0, without.exit]).toContain(ending.exit)
  })
})
