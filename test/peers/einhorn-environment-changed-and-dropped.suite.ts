import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { restartAndSettle } from '../restart/settle.ts'
import type { ServerProcess } from '../support/index.ts'
import { startServer, tempDir } from '../support/index.ts'

type Variables = Record<string, string | null>

/** What the generation that serves now was started with, of these. */
async function variables(server: ServerProcess, names: readonly string[]): Promise<Variables> {
  const { env } = await getJson<{ env: Record<string, string> }>(server.target(), '/self')
  return Object.fromEntries(names.map((name) => [name, env[name] ?? null]))
}

const NAMES = ['KEPT', 'CHANGED', 'DROPPED', 'ADDED', 'SET_AT_RUN_TIME'] as const

it('changes and drops variables between generations, and brings them back', async () => {
  const file = join(await tempDir(), 'launch.json')
  /** What a release asks for on top of what the first process was started with. */
  const release = (env: Variables): Promise<void> => writeFile(file, JSON.stringify({ env }))
  await release({ CHANGED: 'second', DROPPED: null, ADDED: 'new' })
  const server = await startServer('self', {
    env: { LAUNCH_FILE: file, KEPT: 'always', CHANGED: 'first', DROPPED: 'once' },
  })
  const load = startLoad({
    target: server.target(),
    workers: [{ kind: 'keepAlive', connections: 5, thinkTime: [0, 10] }],
  })
  const first = { KEPT: 'always', CHANGED: 'first', DROPPED: 'once', ADDED: null, SET_AT_RUN_TIME: null }
  expect(await variables(server, NAMES)).toEqual(first)

  // The second generation reads what the third is to have when it starts.
  await release({})
  await restartAndSettle(server)
  expect(await variables(server, NAMES)).toEqual({ ...first, CHANGED: 'second', DROPPED: null, ADDED: 'new' })

  await restartAndSettle(server)
  expect(await variables(server, NAMES)).toEqual(first)
  expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0 })
})
