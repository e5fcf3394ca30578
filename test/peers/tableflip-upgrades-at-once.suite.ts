import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { startServer } from '../support/index.ts'

interface Outcome {
  pid: number
  generation: number
}

it('upgrades once more, and no more than once, for all calls that come while an upgrade is under way', async () => {
  const server = await startServer('control')
  const [first, ...others] = await getJson<Outcome[]>(server.target(), '/restart?times=4')
  const [, second, third] = server.announcements
  expect(first).toEqual({ pid: second?.pid, generation: 2 })
  expect(others).toEqual(others.map(() => ({ pid: third?.pid, generation: 3 })))

  await server.waitForExit(first?.pid)
  expect(await getJson(server.target())).toEqual({ pid: third?.pid, generation: 3 })
  expect(server.announcements).toHaveLength(3)
})
