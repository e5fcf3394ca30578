import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { silentLogger } from '../../core/src/logger.ts'
import { runAlone } from '../src/run-alone.ts'
import { resolveRun } from '../src/settings.ts'
import { wayOn } from '../src/way.ts'

describe('how a server can be run', () => {
  it.each(['linux', 'darwin', 'freebsd'] as const)('on %s: under a supervisor', (platform) => {
    expect(wayOn({ platform, bun: false }, 4)).toEqual({ way: 'supervised' })
  })

  it('on Windows: one worker, which cannot restart', () => {
    const why = (workers: number) => wayOn({ platform: 'win32', bun: false }, workers)
    expect(why(1)).toEqual({
      way: 'alone',
      why: 'Windows cannot pass listening sockets on: there is one worker, and no restart.',
    })
    expect(why(4)).toMatchObject({
      way: 'alone',
      why: expect.stringContaining('one worker in place of 4, and no restart.'),
    })
  })

  it.each(['linux', 'win32'] as const)('in Bun, on %s: not at all', (platform) => {
    expect(wayOn({ platform, bun: true }, 1)).toMatchObject({
      way: 'refuse',
      why: expect.stringMatching(/Bun.*Run it with Node/),
    })
  })
})

it('a worker alone gets its options and its variables, and its exit code is the one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'zd-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const script = join(folder, 'server.js')
  await writeFile(script, `process.exit(process.env.ZERODOWN_PROBATION === '5' && process.argv[2] === 'one' ? 7 : 1)`)
  const settings = resolveRun({ script, args: ['one'], probation: 5 }, 'data:text/javascript,', silentLogger)
  expect(await runAlone(settings)).toBe(7)
})
