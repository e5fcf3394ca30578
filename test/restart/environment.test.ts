import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startServer, tempDir } from '../support/index.ts'
import type { ServerProcess } from '../support/index.ts'
import { getJson } from './get.ts'
import { restartAndSettle } from './settle.ts'

it('gives the successor the environment that the first process was started with, whatever changed at run time', async () => {
  const server = await startServer('self', { env: { GREETING: 'hello=a=b', NEEDED: 'yes', EMPTY: '' } })
  const original = await environmentOf(server)
  expect(original).toMatchObject({ GREETING: 'hello=a=b', NEEDED: 'yes', EMPTY: '' })
  expect(original).not.toHaveProperty('SET_AT_RUN_TIME')

  await restartAndSettle(server)
  expect(await environmentOf(server)).toEqual(original)
  await restartAndSettle(server)
  expect(await environmentOf(server)).toEqual(original)
})

it('reads --env-file afresh', async () => {
  const file = join(await tempDir(), '.env')
  await writeFile(file, 'GREETING=hello\nNEEDED=yes\n')
  const server = await startServer('self', { nodeArgs: [`--env-file=${file}`] })
  expect(await environmentOf(server)).toMatchObject({ GREETING: 'hello', NEEDED: 'yes' })

  await writeFile(file, 'GREETING=good evening\n')
  await restartAndSettle(server)
  const successor = await environmentOf(server)
  expect(successor).toMatchObject({ GREETING: 'good evening' })
  expect(successor).not.toHaveProperty('NEEDED')
})

it('sets and removes variables with launch.env, and has the original back once nothing is said', async () => {
  const launch = join(await tempDir(), 'launch.json')
  await writeFile(launch, '{}')
  const env = { GREETING: 'hello', NEEDED: 'yes', LAUNCH_FILE: launch }
  const server = await startServer('self', { env })
  const original = await environmentOf(server)

  // The generation that starts a successor decides how, so a change is seen from the second restart on.
  await writeFile(launch, '{ "env": { "GREETING": "launched", "ADDED": "too", "NEEDED": null } }')
  await restartAndSettle(server)
  expect(await environmentOf(server)).toEqual(original)
  await restartAndSettle(server)
  const { NEEDED: _, ...rest } = original
  expect(await environmentOf(server)).toEqual({ ...rest, GREETING: 'launched', ADDED: 'too' })

  await writeFile(launch, '{ "env": { "ADDED": "alone" } }')
  await restartAndSettle(server)
  await restartAndSettle(server)
  expect(await environmentOf(server)).toEqual({ ...original, ADDED: 'alone' })

  await writeFile(launch, '{}')
  await restartAndSettle(server)
  await restartAndSettle(server)
  expect(await environmentOf(server)).toEqual(original)
})

/** As the program saw it when it began. */
async function environmentOf(server: ServerProcess): Promise<Record<string, string>> {
  return (await getJson<{ env: Record<string, string> }>(server.target(), '/self')).env
}
