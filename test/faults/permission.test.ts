import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { startServer, tempDir } from '../support/index.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

/** Which flags of the permission model this Node knows: an older one has another name, and only a newer one asks for the network. */
const known = execFileSync(NODE, ['--help'], { encoding: 'utf8' })
const NAMES = ['--permission', '--experimental-permission'].filter((name) =>
  new RegExp(`^\\s+${name}\\b`, 'm').test(known),
)
const RUN = [...NAMES.slice(0, 1), '--allow-fs-read=*', ...(known.includes('--allow-net') ? ['--allow-net'] : [])]
const WRITE = '--allow-fs-write=*'
const START = '--allow-child-process'

interface Self {
  execArgv: string[]
  env: Record<string, string>
}

describe('under Node’s permission model', () => {
  it('without --allow-child-process it says so when it begins to listen, and restart() as well', async () => {
    const server = await startServer('unsupported', { nodeArgs: RUN, ready: false })
    const [, served = ''] = await server.waitForLog(/^served: (.*)/)
    const refusal = { code: 'ERR_ZERODOWN_UNSUPPORTED', message: expect.stringMatching(/Add --allow-child-process/) }
    expect(JSON.parse(served)).toMatchObject({ before: refusal, listening: refusal })
    await server.waitForLog(/warning: no restart is possible: .* Add --allow-child-process/)
    server.signal('SIGTERM', server.pid)
    expect(await server.waitForExit()).toBe(0)
  })

  it('a pid file that may not be written is an error at start, which names what to allow', async () => {
    const folder = await tempDir()
    const server = await startServer('http', { nodeArgs: RUN, options: { pidFile: join(folder, 'pid') }, ready: false })
    expect(await server.waitForExit()).toBe(1)
    await server.waitForLog(
      new RegExp(`pidFile: cannot write .* Let Node write there .*--allow-fs-write=${folder}/\\*`),
    )
  })

  it.each(['the command line', 'NODE_OPTIONS'])('three generations have the flags of %s, once each', async (place) => {
    const flags = [...RUN, WRITE, START]
    const server = await startServer(
      'self',
      place === 'NODE_OPTIONS' ? { env: { NODE_OPTIONS: flags.join(' ') } } : { nodeArgs: flags },
    )
    for (let generation = 1; generation <= 3; generation += 1) {
      const { execArgv, env } = await getJson<Self>(server.target(), '/self')
      expect({ execArgv, options: env['NODE_OPTIONS'] }).toEqual(
        place === 'NODE_OPTIONS' ? { execArgv: [], options: flags.join(' ') } : { execArgv: flags, options: undefined },
      )
      if (generation < 3) {
        const before = server.current()
        await server.restart()
        await server.waitForExit(before)
      }
    }
  })
})
