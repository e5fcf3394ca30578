import { describe, expect, it } from 'vitest'
import { waitForEvent } from './stage/events.ts'
import { failsThenSucceeds } from './stage/fails-then-succeeds.ts'
import { hold } from './stage/held.ts'
import { fresh, setScene, steady } from './stage/scene.ts'

describe('a successor that fails in its probation leaves all as it was', () => {
  it.each([
    ['is killed', 'killNext', /was ended by SIGKILL in its probation/],
    ['exits 1', 'exitNext', /exited with code 1 in its probation/],
    [
      'is killed while the predecessor is too busy to notice',
      'killNextUnnoticed',
      /was ended by SIGKILL in its probation/,
    ],
  ] as const)('%s', async (_, fault, says) => {
    const scene = await setScene({ options: { probation: 200 } })
    // Connections that the successor accepts before its death are lost with it: these are all the predecessor's.
    await scene.load(steady)
    await scene.ask(fault)
    await failsThenSucceeds(scene, { code: 'ERR_ZERODOWN_SUCCESSOR_EXITED', says, mend: () => scene.load(fresh) })
  })
})

const stopped = 'ERR_ZERODOWN_SUCCESSOR_NOT_SERVING'

describe('a successor that stops to serve in its probation leaves all as it was', () => {
  it.each([
    [
      'closes its servers, and lives on',
      'stop-listening',
      /is leaving \(its last server was closed\) in its probation/,
    ],
    ['closes one of its servers', 'stop-one', /does not serve unix:.*socket any more in its probation/],
    ['shuts down', 'shut-down', /is leaving \(it shuts down\) in its probation/],
    ['is told to stop', 'be-told-to-stop', /is leaving \(it shuts down\) in its probation/],
    ['hangs', 'block', /did not answer within 10000 ms in its probation/],
  ])('%s', async (_, fault, says) => {
    const scene = await setScene({ options: { probation: 300, drainTimeout: 3000 } })
    await scene.load(steady)
    await scene.fault(`${fault}-when-ready`)
    const mend = async (): Promise<void> => {
      await scene.fault()
      await scene.load(fresh)
    }
    await failsThenSucceeds(scene, { code: stopped, says, mend })
  })

  it('closes its servers on a fatal error, to exit when the request in flight is answered', async () => {
    const scene = await setScene({ options: { probation: 1500 } })
    const before = await scene.standing()
    await scene.fault('close-when-asked')
    const restarted = scene.ask('restart')
    await waitForEvent(scene.server, { event: 'probation' })
    const held = [await hold(scene.tcp)]
    while (held.at(-1)?.generation !== 2) held.push(await hold(scene.tcp))

    await waitForEvent(scene.server, { event: 'draining', by: 2 })
    await Promise.all(held.map((one) => one.finish()))

    expect(await restarted).toMatchObject({
      code: stopped,
      message: expect.stringMatching(/does not serve tcp:.* any more/),
    })
    await scene.standsAsBefore(scene.server.pid, before)
  })
})
