import { describe, expect, it } from 'vitest'
import { copyOf, startServer } from '../support/index.ts'
import { failsThenSucceeds } from './stage/fails-then-succeeds.ts'
import { setScene } from './stage/scene.ts'

const exited = 'ERR_ZERODOWN_SUCCESSOR_EXITED'

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
