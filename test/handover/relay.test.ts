import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Worker } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { setScene } from '../faults/stage/scene.ts'
import type { ServerProcess } from '../support/index.ts'
import { FIXTURES, inspectProcess, tempDir, until } from '../support/index.ts'
import { told } from './stage/events.ts'
import { expectUnnoticed } from './stage/restarts.ts'
import { startGenerations } from './stage/server.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

const WORKERS: readonly Worker[] = [
  { kind: 'keepAlive', connections: 5, thinkTime: [0, 20] },
  { kind: 'post', connections: 3, size: 30_000, chunks: 4, chunkDelay: [0, 10], chunked: true, thinkTime: [0, 20] },
]

/** The `launch.execPath` that puts a relay between a generation and the next. */
async function relayIn(folder: string): Promise<string> {
  const path = join(folder, 'relay')
  await writeFile(path, `#!/bin/sh\nexec "${NODE}" "${join(FIXTURES, 'relay.mjs')}" "$@"\n`)
  await chmod(path, 0o755)
  return path
}

/** Waits until nobody is left but the newest generation: no predecessor, and no relay. */
async function onlyTheLatestLives(server: ServerProcess): Promise<void> {
  await until(
    () => isDeepStrictEqual(server.alive(), [server.current()]),
    () => `the end of all but ${server.current()} among ${server.alive()}. ${server.output}`,
  )
}

describe('over a relay', () => {
  it('each restart moves every connection, no client notices, and the relay ends with the predecessor', async () => {
    const execPath = await relayIn(await tempDir())
    const server = await startGenerations({ options: { launch: { execPath } } })

    const [load] = await expectUnnoticed(server, WORKERS, { restarts: 5 })

    expect(Object.keys(load?.stats().generations ?? {})).toHaveLength(6)
    await onlyTheLatestLives(server)
  })

  it('a successor is the child of the relay, not of its predecessor', async () => {
    const execPath = await relayIn(await tempDir())
    const server = await startGenerations({ options: { launch: { execPath }, probation: 60_000 } })

    const { pid } = await server.restart()

    const relay = inspectProcess(pid)?.parent ?? 0
    expect([relay === server.pid, inspectProcess(relay)?.parent]).toEqual([false, server.pid])
  })

  it('a successor takes over from a predecessor that is killed in the probation, and the relay ends', async () => {
    const execPath = await relayIn(await tempDir())
    const server = await startGenerations({ options: { launch: { execPath }, probation: 60_000 } })
    await server.restart()

    server.signal('SIGKILL', server.pid)

    expect(await told(server, 2, 'inCharge')).toMatchObject({ how: 'predecessor gone' })
    await onlyTheLatestLives(server)
  })

  it.each([
    ['exits', 'exit1', {}, /exited with code 1 before it was ready/],
    ['hangs and ignores SIGTERM', 'hang-hard', { readyTimeout: 5000 }, /was not ready within 5000 ms/],
  ])('a restart is rolled back whose successor %s, and nobody is left', async (_, fault, options, says) => {
    const scene = await setScene((folder) => ({
      program: 'controlled',
      options: { ...options, launch: { execPath: join(folder, 'relay') } },
    }))
    await relayIn(scene.folder)
    await scene.load()
    const before = await scene.standing()
    await scene.fault(fault)

    expect(await scene.ask('restart')).toMatchObject({ message: expect.stringMatching(says) })

    await scene.standsAsBefore(scene.server.pid, before)
    await onlyTheLatestLives(scene.server)
    await scene.nothingWasLost()
  })
})
