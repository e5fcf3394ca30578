import { describe, expect, it } from 'vitest'
import { copyOf, startServer } from '../support/index.ts'
import { waitForEvent } from './stage/events.ts'
import { hold } from './stage/held.ts'
import { fresh, setScene, steady } from './stage/scene.ts'
import type { Scene } from './stage/scene.ts'

const exited = 'ERR_ZERODOWN_SUCCESSOR_EXITED'

/** A restart that must fail, and then one that must not. */
async function failsThenSucceeds(
  scene: Scene,
  { code, says, mend }: { code: string; says: RegExp; mend: () => unknown },
): Promise<void> {
  const { server } = scene
  const before = await scene.standing()

  const failed = await scene.ask('restart')

  expect(failed).toMatchObject({ code, message: expect.stringMatching(says) })
  await scene.standsAsBefore(server.pid, before)
  await server.waitForLog(says)
  await scene.keepsAnswering()

  await mend()
  const { pid, generation } = await scene.ask('restart')

  expect({ generation, pidFile: scene.readPidFile() }).toEqual({ generation: 2, pidFile: `${pid}\n` })
  expect(await server.waitForExit()).toBe(0)
  await scene.keepsAnswering()
  await scene.nothingWasLost()
  expect(server.alive()).toEqual([pid])
  expect(server.zombies()).toEqual([])
}

describe('a successor that fails before it is ready leaves all as it was', () => {
  it.each([
    ['throws at import', 'throw', exited, /exited with code 1 before it was ready/],
    ['exits 0', 'exit0', exited, /exited with code 0 before it was ready/],
    ['exits 1', 'exit1', exited, /exited with code 1 before it was ready/],
    ['is killed', 'kill', exited, /was ended by SIGKILL before it was ready/],
    ['never becomes ready', 'hang', 'ERR_ZERODOWN_READY_TIMEOUT', /was not ready within 5000 ms \(readyTimeout\)/],
    [
      'never becomes ready and ignores SIGTERM',
      'hang-hard',
      'ERR_ZERODOWN_READY_TIMEOUT',
      /was not ready within 5000 ms \(readyTimeout\)/,
    ],
    [
      'loses the channel',
      'end-channel',
      'ERR_ZERODOWN_SUCCESSOR_LOST',
      /closed the channel to this process before it was ready/,
    ],
  ])('%s', async (_, fault, code, says) => {
    const scene = await setScene({ options: { readyTimeout: fault.startsWith('hang') ? 5000 : 20_000 } })
    await scene.load()
    await scene.fault(fault)
    await failsThenSucceeds(scene, { code, says, mend: () => scene.fault() })
  })

  it('has a syntax error', async () => {
    const program = await copyOf('controlled')
    const scene = await setScene({ program: program.path })
    await scene.load()
    await program.breakSyntax()
    await failsThenSucceeds(scene, { code: exited, says: /exited with code 1 before it was ready/, mend: program.mend })
    await scene.server.waitForLog(/SyntaxError/)
  })

  it('is replaced by a missing file', async () => {
    const program = await copyOf('controlled')
    const scene = await setScene({ program: program.path })
    await scene.load()
    await program.remove()
    await failsThenSucceeds(scene, { code: exited, says: /exited with code 1 before it was ready/, mend: program.mend })
    await scene.server.waitForLog(/Cannot find module/)
  })

  it('listens on a port in use, and says so', async () => {
    const other = await startServer('http')
    const scene = await setScene()
    await scene.load()
    const own = ['127.0.0.1:0', `unix:${scene.path}`]
    await scene.addresses(...own, `127.0.0.1:${other.port}`)
    await failsThenSucceeds(scene, {
      code: exited,
      says: new RegExp(`It said: listen EADDRINUSE: address already in use 127\\.0\\.0\\.1:${other.port}`),
      mend: () => scene.addresses(...own),
    })
    expect(other.alive()).toEqual([other.pid])
  })
})

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
    await failsThenSucceeds(scene, { code: exited, says, mend: () => scene.load(fresh) })
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
    ['hangs', 'block', /did not answer within 5000 ms in its probation/],
  ])('%s', async (_, fault, says) => {
    const scene = await setScene({ options: { probation: 300, readyTimeout: 5000, drainTimeout: 3000 } })
    await scene.load(steady)
    await scene.fault(`${fault}-in-probation:50`)
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

describe('a successor that talks', () => {
  it('may say what it likes on the channel before it is ready', async () => {
    const scene = await setScene()
    await scene.load()
    await scene.fault('garbage slow-start:200')
    const { generation } = await scene.ask('restart')
    expect(generation).toBe(2)
    await scene.keepsAnswering()
    await scene.nothingWasLost()
    expect(await scene.server.waitForExit()).toBe(0)
  })
})
