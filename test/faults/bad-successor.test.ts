import { describe, expect, it } from 'vitest'
import { copyOf, startServer } from '../support/index.ts'
import { waitForEvent } from './stage/events.ts'
import { setScene, steady } from './stage/scene.ts'
import type { Scene } from './stage/scene.ts'

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
  const exited = 'ERR_ZERODOWN_SUCCESSOR_EXITED'
  it.each([
    ['throws at import', 'throw', exited, /exited with code 1 before it was ready/],
    ['exits 0', 'exit0', exited, /exited with code 0 before it was ready/],
    ['exits 1', 'exit1', exited, /exited with code 1 before it was ready/],
    ['is killed', 'kill', exited, /was ended by SIGKILL before it was ready/],
    ['never becomes ready', 'hang', 'ERR_ZERODOWN_READY_TIMEOUT', /was not ready within 1500 ms \(readyTimeout\)/],
    [
      'never becomes ready and ignores SIGTERM',
      'hang-hard',
      'ERR_ZERODOWN_READY_TIMEOUT',
      /was not ready within 1500 ms \(readyTimeout\)/,
    ],
  ])('%s', async (_, fault, code, says) => {
    const scene = await setScene({ options: { readyTimeout: fault.startsWith('hang') ? 1500 : 20_000 } })
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
    ['is killed', 'SIGKILL', /was ended by SIGKILL in its probation/],
    ['exits 1', 'SIGHUP', /exited with code 1 in its probation/],
  ] as const)('%s', async (_, signal, says) => {
    // Connections that the successor accepts before its death are lost with it: these are all the predecessor's.
    const scene = await setScene({ options: { probation: 60_000 } })
    const { server } = scene
    await scene.load(steady)
    const before = await scene.standing()

    server.signal('SIGUSR2', server.pid)
    const { pid = 0 } = await waitForEvent(server, { event: 'probation' })
    await scene.keepsAnswering()
    server.signal(signal, pid)

    const { code, message } = await waitForEvent(server, { event: 'rolledBack' })
    expect(code).toBe('ERR_ZERODOWN_SUCCESSOR_EXITED')
    expect(message).toMatch(says)
    await scene.standsAsBefore(server.pid, before)
    await server.waitForLog(says)
    await scene.load()

    server.signal('SIGUSR2', server.pid)
    const next = await waitForEvent(server, { event: 'probation', pid: await newSuccessor(scene, pid) })
    expect(next.generation).toBe(2)
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })
})

async function newSuccessor(scene: Scene, former: number): Promise<number> {
  const { output } = scene.server
  const [, pid] = await output.watch.until(() => {
    const matches = output.lines.map((line) => /restarting: generation 2 is process (\d+)/.exec(line))
    return matches.find((match) => match !== null && Number(match[1]) !== former)
  }, 'the next successor')
  return Number(pid)
}

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
