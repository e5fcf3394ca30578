import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { arrived } from '../support/carriers.ts'
import type { Behaviour } from '../support/lifecycles.ts'
import { TestedProcess, bad, good, silent } from '../support/lifecycles.ts'

/** One that serves on a unix path, and has a pid file. */
async function aProcess(...behaviours: Behaviour[]) {
  const folder = await tempDir()
  const [path, pidFile] = [join(folder, 'a.sock'), join(folder, 'pid')]
  const served = new TestedProcess({ pidFile }, behaviours)
  served.attach().listen(path)
  await served.emitted('ready')
  const left = async () => ({
    path: existsSync(path),
    pidFile: existsSync(pidFile) ? (await readFile(pidFile, 'utf8')).trim() : undefined,
  })
  return { served, path, left }
}

/** What Node does with whoever listens first to the end of this process. */
const exit = (code: number): unknown => Reflect.apply(process.listeners('exit')[0] as () => void, process, [code])

/** It is announced, and hangs at the very last question. */
const almostThere: Behaviour = (says, { pid }) => {
  let asked = 0
  says.answer('serving-asked', () => (++asked === 1 ? [] : new Promise<never>(() => {})))
  says.send({ type: 'ready', pid })
}

const signalsTo = ({ successors }: TestedProcess): unknown => successors.map(({ process: { signals } }) => signals)
const OURS = String(process.pid)

describe('a process that exits', () => {
  it.each([0, 1, 143])('with code %i while it serves leaves neither pid file nor path behind', async (code) => {
    const { left } = await aProcess()
    expect(await left()).toEqual({ path: true, pidFile: OURS })
    exit(code)
    expect(await left()).toEqual({ path: false, pidFile: undefined })
  })

  it.each([0, 130, 143])('with the code of a stop, %i, in a restart ends the successor as well', async (code) => {
    const { served, left } = await aProcess(silent)
    served.lifecycle.restart().catch(() => {})
    await served.emitted('launched')
    exit(code)
    expect(signalsTo(served)).toEqual([['SIGTERM']])
    expect(await left()).toEqual({ path: false, pidFile: undefined })
  })

  it('with the code of a stop, when the successor is announced already, removes a pid file that names that', async () => {
    const { served, left } = await aProcess(almostThere)
    served.lifecycle.restart().catch(() => {})
    await served.emitted('probation')
    while ((await left()).pidFile !== '4711') await arrived()
    exit(0)
    expect(await left()).toEqual({ path: false, pidFile: undefined })
  })

  it('with the code of a crash in a restart leaves all to the successor, which does not even hear of it', async () => {
    const { served, left } = await aProcess(silent)
    served.lifecycle.restart().catch(() => {})
    await served.emitted('launched')
    exit(1)
    expect(signalsTo(served)).toEqual([[]])
    expect(await left()).toEqual({ path: true, pidFile: OURS })
  })

  it('with the code of a crash in a restart that a shutdown has given up leaves nothing behind', async () => {
    const { served, left } = await aProcess((says, process) => {
      silent(says, process)
      process.obeys = false
    })
    const restart = served.lifecycle.restart()
    await served.emitted('launched')
    const shutdown = served.lifecycle.shutdown()
    exit(1)
    expect(signalsTo(served)).toEqual([['SIGTERM']])
    expect(await left()).toEqual({ path: false, pidFile: undefined })
    served.successors[0]?.process.exit(0)
    await expect(restart).rejects.toThrow(/given up/)
    await shutdown
  })

  it('with the code of a crash after a restart that failed leaves neither pid file nor path behind', async () => {
    const { served, left } = await aProcess(bad)
    await expect(served.lifecycle.restart()).rejects.toThrow(/exited with code 1/)
    exit(1)
    expect(await left()).toEqual({ path: false, pidFile: undefined })
  })

  it.each([0, 1])('with code %i while it drains after a restart takes nothing from the successor', async (code) => {
    const { served, left } = await aProcess(good)
    await served.lifecycle.restart()
    expect(served.state).toBe('draining')
    exit(code)
    expect(signalsTo(served)).toEqual([[]])
    expect(await left()).toEqual({ path: true, pidFile: '4711' })
    await served.emitted('stopped')
  })
})

describe('a process that exits at the very moment of the commit', () => {
  it.each([0, 1])('with code %i takes nothing from the successor either', async (code) => {
    const { served, left } = await aProcess(good)
    served.on.committed = () => exit(code)
    await served.lifecycle.restart()
    expect(signalsTo(served)).toEqual([[]])
    expect(await left()).toEqual({ path: true, pidFile: '4711' })
  })
})

describe('the end of a process by itself', () => {
  it('is watched from the first listen() on, and no longer when it has stopped', async () => {
    const before = process.listenerCount('exit')
    const { served } = await aProcess()
    expect(process.listenerCount('exit')).toBe(before + 1)
    await served.lifecycle.shutdown()
    expect(process.listenerCount('exit')).toBe(before)
  })

  it('is not watched any more when the last server is closed', async () => {
    const before = process.listenerCount('exit')
    const { served } = await aProcess()
    const [attached] = served.servers.listening
    attached?.server.close()
    await once(attached?.server as Server, 'close')
    expect(process.listenerCount('exit')).toBe(before)
  })

  it('puts a path back, after a restart, that the application removes when it exits', async () => {
    const { served, path } = await aProcess(good)
    const before = process.listeners('exit')
    await served.lifecycle.restart()
    await served.emitted('stopped')
    const [notes, putsBack] = process.listeners('exit').filter((one) => !before.includes(one))
    for (const listener of [notes, () => rmSync(path), putsBack]) Reflect.apply(listener as () => void, process, [0])
    expect(existsSync(path)).toBe(true)
  })
})
