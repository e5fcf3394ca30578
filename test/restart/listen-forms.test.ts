import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { startServer, tempDir } from '../support/index.ts'
import { generationAt } from './get.ts'
import { restartAndSettle } from './settle.ts'

it('takes every form of listen(), and calls its callback once, in every generation', async () => {
  const server = await startServer('listen-forms', { env: { SOCKET: join(await tempDir(), 'forms') } })
  const first = await callsOf(server, 1)
  const forms = Object.keys(first)
  expect(first).toEqual(Object.fromEntries(forms.map((form) => [form, form.includes('callback') ? 1 : 0])))
  const { listening } = server.latest
  expect(listening).toHaveLength(forms.length)

  // Each is adopted by the form that had bound it.
  expect(await restartAndSettle(server)).toMatchObject({ generation: 2, listening })
  expect(await callsOf(server, 2)).toEqual(first)
  for (const place of listening.keys()) expect(await generationAt(server.target(place))).toBe(2)
})

async function callsOf(server: ServerProcess, generation: number): Promise<Record<string, number>> {
  const [, calls = ''] = await server.waitForLog(new RegExp(`^callbacks of generation ${generation}: (.*)$`))
  return JSON.parse(calls) as Record<string, number>
}
